import Catalogue
import RecordSchema

/// No two people have the same reference, also not in other case.
enum DuplicateReference: KeyRule {
  static let rule = Rule(
    "P003", "duplicate-reference",
    explanation:
      "Payroll, Entra and the LMS know people by their reference, and most of them do not tell capitals from small letters.",
    example: .files(
      [
        "data/people/emp002.yaml":
          "id: 18\nemployee_reference: «emp002»\nfirst_name: Omar\nlast_name: Farouk\nemail: omar@example.org\njob_title: Nurse\nemployment_start_date: 2024-01-08\n"
      ],
      right: [
        "data/people/EMP018.yaml":
          "id: 18\nemployee_reference: EMP018\nfirst_name: Omar\nlast_name: Farouk\nemail: omar@example.org\njob_title: Nurse\nemployment_start_date: 2024-01-08\n"
      ]),
    help: "Give one of the two another reference, and its file that name.")

  static let family = RecordKey.Family.reference

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.claims > 1 else { return [] }
    let group = try meeting.people(.claim)
    return group.map { person in
      person.finding(
        rule, at: "employee_reference",
        "The reference \(person.record.reference) is also that of \(others(group, than: person.file)).")
    }
  }
}
