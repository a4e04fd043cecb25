import Catalogue
import RecordSchema
import Records

/// Nobody who works here is in a unit that is closed.
enum ClosedUnit: KeyRule {
  static let rule = Rule(
    "P009", "inactive-unit", severity: .warning,
    explanation:
      "The unit has is_active: false. Its group, cohort and cost centre may be closed in the other systems.",
    example: .person("organisational_units: [«night-team»]", right: "organisational_units: [care-team-a]"),
    help: "Write the unit that the person is in now, or an until: date for the closed one.")

  static let family = RecordKey.Family.unitCode

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.has(.closed), meeting.has(.membership), meeting.claims == 1 else { return [] }
    let date = meeting.context.date
    let code = try meeting.index.key(of: meeting.marks[0]).text
    return try meeting.people(.membership).filter { $0.record.status(on: date).isActive }.flatMap { person in
      person.record.units.enumerated().filter { $0.element.unit.rawValue == code && $0.element.isInForce(on: date) }.map
      {
        person.finding(
          rule, at: FieldPath("organisational_units").item($0.offset).key("unit"),
          "The unit \(code) is not active any more.")
      }
    }
  }
}
