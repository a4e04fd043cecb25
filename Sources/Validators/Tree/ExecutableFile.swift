import GitStore
import RecordSchema
import Records

/// Records and images are no programs.
enum ExecutableFile: FileRule {
  static let rule = Rule(
    "T007", "executable-file", severity: .warning,
    explanation:
      "The file is marked as a program. A record is none; the mark comes from a copy off a memory stick, mostly.",
    example: RuleExample(
      wrong: [.init(path: "data/photos/EMP017.jpg", text: "PHOTO", kind: .executable)], right: []),
    help: "git update-index --chmod=-x FILE, then commit.")

  static func check(_ file: InspectedFile) -> [Finding] {
    guard file.role != .outside, file.entry.kind == .executable else { return [] }
    return [file.finding(rule, "The file is marked as executable.")]
  }
}
