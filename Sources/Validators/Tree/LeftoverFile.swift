import GitStore
import RecordSchema
import Records

/// No editor's or system's leftovers are committed.
enum LeftoverFile: FileRule {
  static let rule = Rule(
    "T013", "leftover-file", severity: .warning,
    explanation:
      "An editor or the operating system left this file here. It is read by nobody, and may hold an older state of somebody's record.",
    example: .files(["data/people/EMP017.yaml~": "«»id: 17\n"], right: [:]),
    help: "Delete the file, and add its name to .gitignore so that it stays out.")

  static func check(_ file: InspectedFile) -> [Finding] {
    guard file.role == .stray || file.role == .image, file.entry.isPlainFile, isLeftover(file.name) else { return [] }
    return [file.finding(rule, "This file was left behind by an editor or the operating system.")]
  }

  static func isLeftover(_ name: Substring) -> Bool {
    [".DS_Store", "Thumbs.db", "desktop.ini"].contains(String(name)) || name.hasPrefix("._") || name.hasPrefix("~$")
      || [".swp", ".swo", ".bak", ".orig", ".rej", ".tmp", "~"].contains { name.hasSuffix($0) }
  }
}
