import Catalogue
import RecordSchema

/// No two units have the same code.
enum DuplicateUnitCode: KeyRule {
  static let rule = Rule(
    "U003", "duplicate-unit-code", explanation: "People's records name units by code, so a code leads to one unit.",
    example: .files(
      [
        "data/units/north/care-team-a.yaml": "id: 8\ncode: «care-team-a»\nname: Care Team A, North\ncost_centre: CC-1\n"
      ],
      right: [
        "data/units/north/care-team-n.yaml": "id: 8\ncode: care-team-n\nname: Care Team A, North\ncost_centre: CC-1\n"
      ]),
    help: "Give one of the two another code, and its file that name.")

  static let family = RecordKey.Family.unitCode

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.claims > 1 else { return [] }
    let group = try meeting.units(.claim)
    return group.map { unit in
      unit.finding(rule, at: "code", "The code \(unit.record.code) is also that of \(others(group, than: unit.file)).")
    }
  }
}
