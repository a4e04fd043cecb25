import RecordSchema
import YAMLReader

extension ConfigurationDecoder {
  mutating func invalid(_ message: String, _ node: YAMLNode) {
    reader.report(.invalidSetting, message, at: node.range)
  }

  mutating func settings(_ node: YAMLNode?, known: [String], in what: String) -> [String: YAMLNode] {
    var result: [String: YAMLNode] = [:]
    for entry in entries(node, what) {
      if known.contains(entry.key) {
        result[entry.key] = entry.value
      } else {
        let near = reader.near(entry.key, among: known)
        reader.report(
          .unknownSetting, "\(what) has no setting '\(entry.key)'.\(near.map { " Did you mean '\($0)'?" } ?? "")",
          at: entry.keyRange, help: "Known are: \(known.joined(separator: ", ")).",
          fix: near.map { .init(title: "Write \($0)", edits: [.init(range: entry.keyRange, text: $0)]) })
      }
    }
    return result
  }

  mutating func entries(_ node: YAMLNode?, _ what: String) -> [YAMLEntry] {
    guard let node, !node.isEmpty else { return [] }
    guard let entries = node.entries else {
      invalid("\(what) takes settings, each on a line of its own.", node)
      return []
    }
    return entries
  }

  mutating func text(_ node: YAMLNode?, _ what: String) -> String? {
    guard let node, !node.isEmpty else { return nil }
    guard let text = node.scalar, !text.isEmpty else {
      invalid("\(what) takes a text.", node)
      return nil
    }
    return text
  }

  mutating func texts(_ node: YAMLNode?, _ what: String) -> [String] {
    guard let node, !node.isEmpty else { return [] }
    return (node.items ?? [node]).compactMap { text($0, what) }
  }

  mutating func number(_ node: YAMLNode?, _ what: String, from least: Int, to most: Int = 1_000_000_000) -> Int? {
    guard let node, let word = text(node, what) else { return nil }
    guard case .scalar(_, isPlain: true) = node.content, let number = Int(word), (least...most).contains(number)
    else {
      invalid("\(what) takes a whole number from \(least) to \(most).", node)
      return nil
    }
    return number
  }

  mutating func boolean(_ node: YAMLNode?, _ what: String) -> Bool? {
    guard let node, let word = text(node, what) else { return nil }
    switch word {
    case "true": return true
    case "false": return false
    default:
      invalid("\(what) takes true or false.", node)
      return nil
    }
  }

  mutating func choice(_ node: YAMLNode?, _ what: String) -> Configuration.CustomFieldDeclaration.FieldType? {
    guard let node, let word = text(node, what) else { return nil }
    if let type = Configuration.CustomFieldDeclaration.FieldType(rawValue: word) { return type }
    let words = Configuration.CustomFieldDeclaration.FieldType.allCases.map(\.rawValue)
    invalid("\(what) takes \(words.joined(separator: ", ")).", node)
    return nil
  }
}
