import RecordSchema

/// What is wrong with the members of what was sent. One that nobody knows is never passed over: a misspelt one would be
/// missed by nobody.
enum Members {
  struct Unknown {
    let name: String
    /// A JSON pointer.
    let place: String
    let known: Known
  }

  /// Which names there are at a place.
  enum Known {
    case ofHire, ofWrapping, ofEither, ofList

    var what: String {
      switch self {
      case .ofHire, .ofEither: "A hire"
      case .ofWrapping, .ofList: "A request"
      }
    }

    var names: [String] {
      switch self {
      case .ofHire: RecruitmentSettings.hireFields
      case .ofWrapping: ["source_system", "source_reference", "new_hire"]
      case .ofEither: ["source_system", "new_hire", "new_hires"] + RecruitmentSettings.hireFields
      case .ofList: ["source_system", "new_hires"]
      }
    }
  }

  /// So many are told of one hire: who sends something else altogether needs no list of it.
  static let toldAtMost = 20

  static func faults(_ unknown: [Unknown]) -> [ImportFinding] {
    unknown.prefix(toldAtMost).map { member in
      let (known, name) = (member.known, String(member.name.prefix(64)))
      return ImportFinding(
        code: "S002", rule: "unknown-field", field: member.place,
        message: "\(known.what) has no member '\(name)'.\(didYouMean(member.name, among: known.names))",
        help: "Known are: \(known.names.joined(separator: ", ")).")
    }
  }

  /// Of the object around a list of hires.
  static func faults(around list: JSON) -> [ImportFinding] {
    guard case .object(let members) = list else { return [] }
    var found = faults(
      members.map(\.name).filter { !Known.ofList.names.contains($0) }.map {
        Unknown(name: $0, place: "/\(JSON.pointerStep($0))", known: .ofList)
      })
    switch list["source_system"] {
    case nil, .null?, .string?: break
    case let value?: found.append(noText("source_system", value, at: "/source_system"))
    }
    return found
  }

  /// A text is wanted, and something else is there.
  static func noText(_ name: String, _ value: JSON, at place: String) -> ImportFinding {
    ImportFinding(
      code: "S003", rule: "wrong-type", field: place, message: "\(name) takes a text.",
      help: value.isNumber ? "Write it in quotes: \"\(value.text)\"." : "Write a text in quotes.")
  }
}

extension JSON {
  var isNumber: Bool { if case .int = self { true } else { false } }
}
