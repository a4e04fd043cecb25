/// An address with names in place of some parts: `/api/staff-data/{person}/photo`.
struct PathPattern: Sendable, ExpressibleByStringLiteral {
  enum Part: Sendable, Equatable {
    case word(String)
    case value(String)
    /// All that is left, slashes included: `{file*}`.
    case rest(String)
  }

  /// As documents write it.
  let text: String
  let parts: [Part]

  init(stringLiteral text: String) {
    self.text = text.replacing("*}", with: "}")
    parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
      guard part.hasPrefix("{") else { return .word(String(part)) }
      return part.hasSuffix("*}")
        ? .rest(String(part.dropFirst().dropLast(2))) : .value(String(part.dropFirst().dropLast()))
    }
  }

  var isFixed: Bool { names.isEmpty }

  var names: [String] {
    parts.compactMap { part in
      switch part {
      case .word: nil
      case .value(let name), .rest(let name): name
      }
    }
  }

  /// The values in the places of the names, decoded; `nil` when the path is another.
  func match(_ path: [Substring]) -> [String: String]? {
    guard path.count >= parts.count else { return nil }
    var values: [String: String] = [:]
    for (place, part) in parts.enumerated() {
      let text = path[place]
      switch part {
      case .word(let word): guard text == word else { return nil }
      case .value(let name):
        guard let value = PercentEncoding.decode(text), !value.isEmpty else { return nil }
        values[name] = value
      case .rest(let name):
        guard let value = PercentEncoding.decode(path[place...].joined(separator: "/")[...]), !value.isEmpty else {
          return nil
        }
        values[name] = value
        return values
      }
    }
    return path.count == parts.count ? values : nil
  }
}
