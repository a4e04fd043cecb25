import Catalogue
import RecordSchema

/// No two people have the same e-mail address, also not in other case.
enum DuplicateEmail: KeyRule {
  static let rule = Rule(
    "P004", "duplicate-email",
    explanation:
      "The e-mail address is the user name in Microsoft Entra and the LMS. With the same address two people would share one account.",
    example: .person("email: «EMP002@example.org»", right: "email: grace.hill@example.org"),
    help: "Correct the address of the person whose it is not.")

  static let family = RecordKey.Family.email

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.claims > 1 else { return [] }
    let group = try meeting.people(.claim)
    return group.map { person in
      person.finding(
        rule, at: "email", "The address \(person.record.email) is also that of \(others(group, than: person.file)).")
    }
  }
}
