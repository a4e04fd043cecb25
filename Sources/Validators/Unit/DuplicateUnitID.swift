import Catalogue
import RecordSchema

/// No two units have the same id.
enum DuplicateUnitID: KeyRule {
  static let rule = Rule(
    "U002", "duplicate-unit-id",
    explanation: "A unit's id is unique for ever: other systems keep it as the unit's own.",
    example: .unit("id: «1»", right: "id: 2"),
    help: "Give the newer unit the next free id.")

  static let family = RecordKey.Family.unitID

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.claims > 1 else { return [] }
    let group = try meeting.units(.claim)
    return group.map { unit in
      unit.finding(
        rule, at: "id", "The id \(unit.record.id.rawValue) is also that of \(others(group, than: unit.file)).")
    }
  }
}
