import Catalogue
import RecordSchema
import Records

/// No two people have the same id.
enum DuplicatePersonID: KeyRule {
  static let rule = Rule(
    "P002", "duplicate-person-id",
    explanation:
      "A person's id is unique for ever: Digital ID and others keep it as the person's own. Two people with one id would be one person there, and one could be locked out for the other.",
    example: .person("id: «2»", right: "id: 17"),
    help: "Give the newer record the next free id.")

  static let family = RecordKey.Family.personID

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.claims > 1 else { return [] }
    let group = try meeting.people(.claim)
    return group.map { person in
      person.finding(
        rule, at: "id", "The id \(person.record.id.rawValue) is also that of \(others(group, than: person.file)).",
        wish: .nextID)
    }
  }
}
