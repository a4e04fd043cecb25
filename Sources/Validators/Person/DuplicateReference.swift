import Catalogue
import RecordSchema

/// No two people have the same reference, also not in other case.
enum DuplicateReference: KeyRule {
  static let rule = Rule(
    "P003", "duplicate-reference",
    explanation:
      "Payroll, Entra and the LMS know people by their reference, and most of them do not tell capitals from small letters.",
    help: "Give one of the two another reference, and its file that name.")

  static let family = RecordKey.Family.reference

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.claims > 1 else { return [] }
    let group = try meeting.people(.claim)
    return group.map { person in
      Finding(
        rule, file: person.file, at: "employee_reference", subject: person.record.reference.rawValue,
        "The reference \(person.record.reference) is also that of \(others(group, than: person.file)).")
    }
  }
}
