import GitStore
import RecordSchema
import Records

/// No other repository stands among the records.
enum Submodule: FileRule {
  static let rule = Rule(
    "T004", "submodule",
    explanation: "A submodule is another repository: what is in it is not in this commit, and nobody reads it.",
    example: RuleExample(wrong: [.init(path: "data/people/north", text: "", kind: .submodule)], right: []),
    help: "Remove it (git rm), and add the records as files.")

  static func check(_ file: InspectedFile) -> [Finding] {
    guard file.role != .outside, file.entry.kind == .submodule else { return [] }
    return [file.finding(rule, "This is a submodule, not a file.")]
  }
}
