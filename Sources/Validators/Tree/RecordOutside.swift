import GitStore
import RecordSchema
import Records

/// No record stands beside the data folder.
enum RecordOutside: FileRule {
  static let rule = Rule(
    "T014", "record-outside-data",
    explanation:
      "The file looks like a record, but is not below the data folder, so nobody reads it: a person in it is nowhere known.",
    example: .files(
      ["people/EMP018.yaml": "«»id: 18\nemployee_reference: EMP018\n"], right: ["docs/example.yaml": "id: 18\n"]),
    help: "Move the file below the data folder: a person's to data/people.")

  static func check(_ file: InspectedFile) throws -> [Finding] {
    guard file.role == .outside, file.entry.isPlainFile, file.name.hasSuffix(".yaml") || file.name.hasSuffix(".yml"),
      try looksLikeRecord(file)
    else { return [] }
    return [file.finding(rule, "This looks like a record, but nobody reads it here.")]
  }

  /// In a folder that is named like one of ours, at the top; or at the top itself, with a person's field.
  private static func looksLikeRecord(_ file: InspectedFile) throws -> Bool {
    let parts = file.entry.path.split(separator: "/")
    if parts.count > 1 { return RecordKind.allCases.contains { $0.folder == parts[0] } }
    guard try file.entry.path != ConfigurationDecoder.path && file.size() <= YAMLLimit.size else { return false }
    return try file.bytes().split(separator: UInt8(ascii: "\n")).contains {
      $0.starts(with: "employee_reference:".utf8)
    }
  }

  private enum YAMLLimit {
    /// In bytes, of a record.
    static let size = 64 * 1024
  }
}
