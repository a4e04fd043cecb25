import RecordSchema

/// A rule as `explain` and docs/diagnostics show it: what it demands and why, an example, how to mend it.
public struct RulePage {
  private let rule: Rule

  public init(_ rule: Rule) { self.rule = rule }

  /// For a terminal.
  public var text: String {
    var parts = ["\(rule.code) \(rule.name) (\(rule.severity.rawValue))", rule.explanation]
    if let wrong = shown(rule.example.wrong) { parts.append("Found here:\n\n\(indented(wrong))") }
    if let right = shown(rule.example.right) { parts.append("Right:\n\n\(indented(right))") }
    if let help = rule.help { parts.append("To mend it: \(help)") }
    return parts.joined(separator: "\n\n")
  }

  /// For docs/diagnostics.
  public var markdown: String {
    var parts = ["# \(rule.code) \(rule.name)", "Severity: \(rule.severity.rawValue)", escaped(rule.explanation)]
    if let wrong = shown(rule.example.wrong) { parts.append("## Found here\n\n```yaml\n\(wrong)\n```") }
    if let right = shown(rule.example.right) { parts.append("## Right\n\n```yaml\n\(right)\n```") }
    if let help = rule.help { parts.append("## To mend it\n\n\(escaped(help))") }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// Every page and their list, by file name.
  public static var all: [(name: String, text: String)] {
    [("README.md", overview)] + RuleRegistry.all.map { ("\($0.code).md", RulePage($0).markdown) }
  }

  private static let families: [(letter: Character, title: String)] = [
    ("Y", "YAML: the text of a file"), ("S", "Schema: one field"), ("P", "People"), ("U", "Units"), ("K", "API keys"),
    ("W", "Webhook subscriptions"), ("T", "The tree: files and their names"),
    ("X", "The change itself (`--base`, hooks)"),
    ("G", "Guards and policies (`--base`, hooks)"), ("C", "Configuration and repository"),
    ("I", "Imports: hires and tables of people"),
  ]

  private static var overview: String {
    var text =
      "# Rules\n\nWritten by `script/generate` from the rules themselves; `staffrepo explain CODE` shows the same.\n"
    for family in families {
      text += "\n## \(family.title)\n\n| Code | Name | Severity |\n|---|---|---|\n"
      for rule in RuleRegistry.all where rule.code.first == family.letter {
        text += "| [\(rule.code)](\(rule.code).md) | \(rule.name) | \(rule.severity.rawValue) |\n"
      }
    }
    return text
  }

  /// The example's files, with a line of carets under each place.
  private func shown(_ files: [RuleExample.File]) -> String? {
    let parts = files.map { file in
      guard let text = file.text else { return "# \(file.path) is not there" }
      let heading = "# \(file.path)\(file.kind == .file ? "" : " (\(file.kind))")"
      return text.count > 2000 || text.hasPrefix("PHOTO") || text.hasPrefix("«»PHOTO")
        ? heading : "\(heading)\n\(marked(text))"
    }
    return parts.isEmpty ? nil : parts.joined(separator: "\n")
  }

  private func marked(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: true).map { line -> String in
      var (shown, mark, isInside) = ("", "", false)
      for scalar in line.unicodeScalars {
        switch scalar {
        case "«": isInside = true
        case "»": isInside = false
        default:
          // What nobody can see is shown by its number.
          let isVisible = scalar.value >= 0x20 && scalar.properties.generalCategory != .format && scalar.value != 0x308
          let text = isVisible ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
          shown += text
          mark += String(repeating: isInside ? "^" : " ", count: text.count)
        }
      }
      while mark.hasSuffix(" ") { mark.removeLast() }
      return mark.isEmpty ? shown : "\(shown)\n\(mark)"
    }.joined(separator: "\n")
  }

  private func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)" }.joined(separator: "\n")
  }

  private func escaped(_ text: String) -> String {
    text.replacing("<", with: "\\<").replacing("*", with: "\\*").replacing("_", with: "\\_")
  }
}
