import GitStore
import RecordSchema
import Records

/// Records and images are plain files.
enum SymbolicLink: FileRule {
  static let rule = Rule(
    "T002", "symbolic-link",
    explanation:
      "A symbolic link points elsewhere: what it says is not in this commit, so it would not be what was reviewed.",
    example: RuleExample(
      wrong: [.init(path: "data/photos/EMP017.jpg", text: "../../elsewhere.jpg", kind: .symbolicLink)], right: []),
    help: "Put the file itself in its place.")

  static func check(_ file: InspectedFile) -> [Finding] {
    guard file.role != .outside, file.entry.kind == .symbolicLink else { return [] }
    return [file.finding(rule, "This is a symbolic link, not a file.")]
  }
}

extension InspectedFile {
  /// A finding about the file as a whole.
  func finding(_ rule: Rule, _ message: String) -> Finding {
    Finding(rule, file: entry.path, at: .record, subject: nil, message)
  }
}
