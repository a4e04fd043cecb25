import RecordSchema

/// The parameters of an address, and what was wrong with them: all of it, not just the first.
struct Query {
  private let items: [(name: String, value: String)]
  private var errors: [(parameter: String, message: String)] = []

  /// - Parameter text: what stands after the question mark.
  /// - Parameter known: the parameters that there are; a misspelt filter would answer more than was meant.
  /// - Parameter isLenient: what is not known is left alone.
  init(_ text: Substring, known: [String], isLenient: Bool) {
    var items: [(name: String, value: String)] = []
    for item in text.split(separator: "&") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decode(parts[0], plusIsBlank: true),
        let value = PercentEncoding.decode(parts.count > 1 ? parts[1] : "", plusIsBlank: true)
      else {
        errors.append((String(parts[0]), "The address holds a % that encodes no text."))
        continue
      }
      guard known.contains(name) else {
        if !isLenient, !name.hasPrefix("_") {
          let list = known.isEmpty ? "none" : known.joined(separator: ", ")
          errors.append((name, "There is no parameter of this name here; there is \(list)."))
        }
        continue
      }
      if items.contains(where: { $0.name == name }) {
        errors.append((name, "\(name) stands twice."))
      } else {
        items.append((name, value))
      }
    }
    self.items = items
  }

  /// `nil` also when it is empty: a form sends such.
  func text(_ name: String) -> String? { items.first { $0.name == name && !$0.value.isEmpty }?.value }

  mutating func text(_ name: String, atMost limit: Int) -> String? {
    guard let text = text(name) else { return nil }
    guard text.utf8.count <= limit else {
      wrong(name, "\(name) has at most \(limit) bytes.")
      return nil
    }
    return text
  }

  mutating func flag(_ name: String) -> Bool {
    switch text(name) {
    case nil, "0", "false": return false
    case "1", "true": return true
    default:
      wrong(name, "\(name) is 0 or 1.")
      return false
    }
  }

  mutating func number(_ name: String, in range: ClosedRange<Int>) -> Int? {
    guard let text = text(name) else { return nil }
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(text),
      range.contains(number)
    else {
      wrong(name, "\(name) is a whole number from \(range.lowerBound) to \(range.upperBound).")
      return nil
    }
    return number
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, of type: Choice.Type) -> Choice?
  where Choice.RawValue == String {
    guard let text = text(name) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    wrong(name, "\(name) is one of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
    return nil
  }

  mutating func wrong(_ name: String, _ message: String) { errors.append((name, message)) }

  /// Throws what was wrong.
  func finish() throws(Problem) {
    if !errors.isEmpty { throw .parameters(errors) }
  }
}
