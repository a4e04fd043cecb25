import GitStore
import RecordSchema
import Records

/// Records end in .yaml.
enum WrongEnding: FileRule {
  static let rule = Rule(
    "T005", "wrong-ending",
    explanation: "Records end in .yaml, in small letters. A record with another ending is read by nobody.",
    example: .files(["data/people/EMP018.yml": "«»id: 18\n"], right: [:]),
    help: "Rename the file.")

  static func check(_ file: InspectedFile) -> [Finding] {
    guard isWrong(file) else { return [] }
    let stem = file.name.prefix(upTo: file.name.lastIndex(of: ".") ?? file.name.endIndex)
    return [file.finding(rule, "Nobody reads this file: records end in .yaml. Rename it to \(stem).yaml.")]
  }

  static func isWrong(_ file: InspectedFile) -> Bool {
    guard file.role == .stray, file.entry.isPlainFile else { return false }
    let name = file.name.lowercased()
    return name.hasSuffix(".yml") || (name.hasSuffix(".yaml") && !file.name.hasSuffix(".yaml"))
  }
}
