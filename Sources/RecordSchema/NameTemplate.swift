/// A pattern such as `EMP{id:3}` or `{first_name}.{last_name}@example.org`.
public struct NameTemplate: Sendable, Equatable {
  public enum Part: Sendable, Equatable {
    case text(String)
    /// A field, and how many digits a number has at least.
    case field(String, width: Int)
  }

  public let parts: [Part]

  public static let fields = ["id", "first_name", "last_name", "first_initial", "employee_reference"]

  /// `nil` for a brace without its partner, or a field that is not known.
  public init?(_ text: String) {
    var parts: [Part] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
      guard let close = rest[open...].firstIndex(of: "}") else { return nil }
      let words = rest[rest.index(after: open)..<close].split(separator: ":", omittingEmptySubsequences: false)
      guard let name = words.first.map(String.init), Self.fields.contains(name), words.count <= 2 else { return nil }
      let width = words.count == 2 ? Int(words[1]) : 0
      guard let width, (0...12).contains(width), width == 0 || name == "id" else { return nil }
      parts.append(.field(name, width: width))
      rest = rest[rest.index(after: close)...]
    }
    guard !rest.contains("}") else { return nil }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    self.parts = parts
  }

  public func names(_ field: String) -> Bool {
    parts.contains { if case .field(field, _) = $0 { true } else { false } }
  }

  /// - Parameter value: of a field.
  public func filled(_ value: (String) -> String) -> String {
    parts.map { part in
      switch part {
      case .text(let text): return text
      case .field(let name, let width):
        let text = value(name)
        return String(repeating: "0", count: max(0, width - text.count)) + text
      }
    }
    .joined()
  }
}
