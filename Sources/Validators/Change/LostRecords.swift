import RecordSchema
import Records

/// The records do not disappear all at once.
enum LostRecords: ChangeRule {
  static let rule = Rule(
    "X011", "records-lost",
    explanation:
      "Before this change there were people, and after it there is nobody. Mostly the data folder was renamed: data: in staffrepo.yaml names it.",
    example: .none, help: "Restore the folder, or write its new name after data: in staffrepo.yaml.")

  static func check(_ change: RecordedChange) throws -> [Finding] {
    guard !change.oldPeople.isEmpty, try change.index.count(of: .person) == 0 else { return [] }
    return [
      Finding(
        rule, file: ConfigurationDecoder.path, at: "data", subject: nil,
        "After this change there is nobody below \(change.index.configuration.dataFolder)/people.")
    ]
  }
}
