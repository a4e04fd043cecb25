import Catalogue
import RecordSchema
import Records

/// A person's units are there.
enum UnknownUnit: KeyRule {
  static let rule = Rule(
    "P015", "unknown-unit",
    explanation:
      "A unit is named by its code. A code that no unit has gives the person no membership: no group in Entra, no cohort in the LMS.",
    example: .person("organisational_units: [«care-team-x»]", right: "organisational_units: [care-team-a]"),
    help: "Write the code of a unit below data/units, or add the unit.")

  static let family = RecordKey.Family.unitCode

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard !meeting.isKnown else { return [] }
    return try meeting.memberships().map { person, position in
      let unit = person.record.units[position].unit
      return person.finding(
        rule, at: FieldPath("organisational_units").item(position).key("unit"), "There is no unit '\(unit)'.",
        wish: .spelling(.init(word: unit.rawValue, family: .unitCode)))
    }
  }
}
