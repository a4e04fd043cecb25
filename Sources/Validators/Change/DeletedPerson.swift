import Catalogue
import GitStore
import RecordSchema
import Records

/// Whoever leaves is deactivated; a record is not deleted.
enum DeletedPerson: ChangeRule {
  static let rule = Rule(
    "X002", "record-deleted", severity: .warning,
    explanation:
      "A leaver's record stays, with employment_end_date or is_active: false: then every system closes the access and keeps the history, and the reference is not given to somebody else. A deleted record says nothing about why or when.",
    example: .change(["data/people/EMP017.yaml": nil], right: [:]),
    help: "Restore the file, and write employment_end_date: with the last day worked.")

  static func check(_ change: RecordedChange) throws -> [Finding] {
    try change.oldPeople.compactMap { person in
      let id = person.record.id.rawValue
      let subject = person.record.reference.rawValue
      // With another id under the same reference, ChangedID says what is wrong; of a file that cannot be read, others do.
      guard id > 0, try change.index.marks(at: RecordKey(.personID, "\(id)")).isEmpty,
        try change.index.marks(at: RecordKey(.reference, subject)).allSatisfy({
          $0.role != .claim && $0.role != .unreadable
        }), try change.index.number(ofPath: person.file) == nil
      else { return nil }
      return Finding(
        rule, file: person.file, at: .record, subject: subject,
        "The record of \(subject) (\(person.record.fullName)) is deleted by this change.")
    }
  }
}
