import Events
import GitStore
import RecordSchema

/// One person as a roster keeps it: small, and quick to write as JSON or CSV.
///
/// Of the JSON only the values are kept, not the names that are everybody's. They stand one a line, in the order of
/// `Person.outputFields`; a sensitive one begins with `mark`. A line before them has the custom fields with the sensitive
/// ones, if there are any, and what stands after the last is put at the object's end as it is.
struct Row: Sendable {
  let id: Int
  let values: [UInt8]
  /// Of the JSON without sensitive fields.
  let hash: Hash
  let isActive: Bool
  /// The units of the day.
  let units: [UnitID]
  /// What is searched.
  let words: [UInt8]
  let reference: UInt32
  let images: Images

  /// What may be shown: an approved photo, a signature.
  struct Images: Sendable, Equatable {
    var photo: OID?
    var signature: OID?

    var isNone: Bool { photo == nil && signature == nil }
  }

  static let mark: UInt8 = 1
  static let end: UInt8 = 10

  /// What a consumer of one kind sees is the same.
  func looks(like other: Row, isSensitive: Bool) -> Bool {
    guard hash == other.hash, images == other.images else { return false }
    return !isSensitive || json(isSensitive: true) == other.json(isSensitive: true)
  }

  func json(isSensitive: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    values.withUnsafeBufferPointer { RowText.writeJSON($0, isSensitive: isSensitive, to: &bytes) }
    return bytes
  }

  /// The last that a consumer is told of this person.
  func farewell(_ reason: Departure) -> Row {
    var lines = values.split(separator: Row.end, omittingEmptySubsequences: false).map { Array($0) }
    lines[1 + RowText.isActive] = Array("false".utf8)
    lines[1 + RowText.status] = JSON.string(StaffStatus.inactive.rawValue).bytes
    lines[lines.count - 1] = Array(reason.members.utf8)
    let values = Array(lines.joined(separator: [Row.end]))
    return Row(
      id: id, values: values, hash: RowText.hash(values, isSensitive: false), isActive: false, units: [], words: words,
      reference: reference, images: Images())
  }
}

/// Why somebody is no longer in a consumer's copy.
enum Departure: Sendable {
  case removed
  case outOfScope
  case outOfSelection

  fileprivate var members: String {
    switch self {
    case .removed: #","removed":true"#
    case .outOfScope: #","removed":true,"reason":"out_of_scope""#
    case .outOfSelection: #","removed":true,"reason":"out_of_selection""#
    }
  }
}

/// Makes rows of one day.
struct RowMaker: Sendable {
  let day: CalendarDate
  let units: UnitDirectory
  private let sensitive: Set<String>
  private let visible: FieldSelection

  init(day: CalendarDate, units: UnitDirectory, sensitiveFields: Set<String>) {
    self.day = day
    self.units = units
    sensitive = sensitiveFields
    visible = FieldSelection(allowed: nil, sensitive: sensitiveFields)
  }

  func row(_ person: Person, _ images: Row.Images) -> Row {
    let state = PersonState(person, on: day, units: units) { _ in nil }
    let values = values(state.data())
    let text = [
      person.firstName, person.lastName, person.preferredName ?? "", person.reference.rawValue, person.email,
      person.jobTitle,
    ]
    return Row(
      id: person.id.rawValue, values: values, hash: RowText.hash(values, isSensitive: false),
      isActive: state.status.isActive, units: state.units.map(\.id),
      words: Array(text.map(SearchText.folded).joined(separator: [0x20])),
      reference: RowText.number(of: person.reference),
      images: images)
  }

  private func values(_ members: [JSON.Member]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(512)
    let custom = members.first { $0.name == "custom" }
    let shown = custom.flatMap { visible.data([$0]).first }
    if custom != shown { bytes += custom?.value.bytes ?? [] }
    bytes.append(Row.end)
    for member in members {
      if sensitive.contains(member.name) { bytes.append(Row.mark) }
      bytes += (member.name == "custom" ? shown ?? member : member).value.bytes
      bytes.append(Row.end)
    }
    return bytes
  }
}

/// How a row's values become text.
enum RowText {
  static let names = Person.outputFields
  static let isActive = names.firstIndex(of: "is_active") ?? 0
  static let status = names.firstIndex(of: "status") ?? 0
  private static let custom = names.firstIndex(of: "custom") ?? 0
  /// Each name as it stands before its value. The id is first and never hidden.
  private static let openings: [[UInt8]] = names.enumerated().map { number, name in
    Array("\(number == 0 ? "{" : ",")\"\(name)\":".utf8)
  }

  static func writeJSON(_ values: UnsafeBufferPointer<UInt8>, isSensitive: Bool, to bytes: inout [UInt8]) {
    forEachValue(values, isSensitive: isSensitive) { number, value in
      bytes += openings[number]
      bytes += value
    } atEnd: { tail in
      bytes += tail
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// The values that a consumer of one kind sees, by the number of their field, and what stands after them.
  static func forEachValue(
    _ values: UnsafeBufferPointer<UInt8>, isSensitive: Bool, _ body: (Int, Slice<UnsafeBufferPointer<UInt8>>) -> Void,
    atEnd: (Slice<UnsafeBufferPointer<UInt8>>) -> Void
  ) {
    var place = 0
    func next() -> Slice<UnsafeBufferPointer<UInt8>> {
      let start = place
      while place < values.count, values[place] != Row.end { place += 1 }
      defer { place += 1 }
      return values[start..<place]
    }
    let wholeCustom = next()
    for number in names.indices {
      let value = next()
      if value.first == Row.mark {
        if isSensitive { body(number, value.dropFirst()) }
      } else if number == custom, isSensitive, !wholeCustom.isEmpty {
        body(number, wholeCustom)
      } else {
        body(number, value)
      }
    }
    atEnd(values[min(place, values.count)...])
  }

  static func hash(_ values: [UInt8], isSensitive: Bool) -> Hash {
    values.withUnsafeBufferPointer { hash($0, isSensitive: isSensitive) }
  }

  static func hash(_ values: UnsafeBufferPointer<UInt8>, isSensitive: Bool) -> Hash {
    var json: [UInt8] = []
    json.reserveCapacity(1024)
    writeJSON(values, isSensitive: isSensitive, to: &json)
    return Hash(of: CanonicalJSON.bytes(of: json))
  }

  /// By this a reference is looked for; several may have the same.
  static func number(of reference: EmployeeReference) -> UInt32 {
    reference.folded.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }
}
