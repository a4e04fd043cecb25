import GitStore
import RecordSchema
import YAMLReader

extension FieldReader {
  /// One word or a list of words, each known. Unknown ones are left out.
  mutating func words(
    _ node: YAMLNode?, _ field: String, known: [String], rule: Rule = .unknownValue
  ) -> [String] {
    guard let node, !node.isEmpty else { return [] }
    let items = node.items ?? [node]
    guard isShort(items, node, field) else { return [] }
    let help = "Known are: \(known.joined(separator: ", "))."
    return items.compactMap { item in
      guard let text = scalar(item, field) else { return nil }
      guard known.contains(text) else {
        let near = near(text, among: known.filter { $0 != "*" })
        let hint = near.map { " Did you mean '\($0)'?" } ?? ""
        report(
          rule, "\(field): '\(text)' is not known.\(hint)", at: item.range,
          help: help,
          fix: near.map { .init(title: "Write \($0)", edits: [.init(range: item.range, text: $0)]) })
        return nil
      }
      return text
    }
  }

  /// One word, which is known.
  mutating func word(_ node: YAMLNode?, _ field: String, known: [String]) -> String? {
    guard let node, scalar(node, field) != nil else { return nil }
    return words(node, field, known: known).first
  }

  mutating func hash(_ node: YAMLNode?) -> String {
    guard let node, let text = scalar(node, "key_hash") else { return "" }
    let digits = text.dropFirst(7)
    let isHash =
      text.hasPrefix("sha256:") && digits.utf8.count == 64
      && digits.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
    if !isHash {
      isBlocked = true
      // The value is not repeated: it may be the key itself.
      report(.malformedHash, "key_hash is not sha256: and 64 hexadecimal digits in lower case.", at: node.range)
    }
    return text
  }

  /// A date or a UTC time.
  mutating func moment(_ node: YAMLNode?, _ field: String) -> String? {
    guard let node, let text = scalar(node, field) else { return nil }
    if CalendarDate(text) == nil, Instant(text) == nil {
      isBlocked = true
      report(.notADate, "\(field) takes a date (2026-01-15) or a UTC time (2026-01-15T10:30:00Z).", at: node.range)
    }
    return text
  }

  mutating func url(_ node: YAMLNode?) -> String {
    guard let node, let text = text(node, "url", length: 1...2048) else { return "" }
    let lower = text.lowercased()
    if !lower.hasPrefix("https://") && !lower.hasPrefix("http://") {
      report(.unknownValue, "url takes an address that starts with https://.", at: node.range)
      isBlocked = true
    } else if text.split(separator: "/").dropFirst().first?.contains("@") == true {
      // Not repeated: it holds a password.
      report(.urlWithPassword, "url holds a user name or password; those do not belong in git.", at: node.range)
      isBlocked = true
    }
    return text
  }

  mutating func secrets(_ node: YAMLNode?) -> [SecretReference] {
    guard let node, !node.isEmpty else { return [] }
    let items = node.items ?? [node]
    guard isShort(items, node, "secrets") else { return [] }
    return items.compactMap { item in
      guard let text = scalar(item, "secrets") else { return nil }
      guard let reference = SecretReference(text) else {
        isBlocked = true
        // Not repeated: it may be the secret itself.
        report(
          .literalSecret, "secrets takes references such as env:STAFFREPO_SECRET_NAME or file:NAME, never a secret.",
          at: item.range)
        return nil
      }
      return reference
    }
  }
}
