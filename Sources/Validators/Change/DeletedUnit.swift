import Catalogue
import RecordSchema
import Records

/// A unit that ends is closed; its record is not deleted.
enum DeletedUnit: ChangeRule {
  static let rule = Rule(
    "X007", "unit-deleted", severity: .warning,
    explanation:
      "With is_active: false the unit's groups and cohorts are closed and history stays readable. A deleted unit takes its people's memberships away at once.",
    example: .change(["data/units/night-team.yaml": nil], right: [:]),
    help: "Restore the file, and write is_active: false.")

  static func check(_ change: RecordedChange) throws -> [Finding] {
    try change.oldUnits.compactMap { unit in
      guard unit.record.id.rawValue > 0,
        try change.index.marks(at: RecordKey(.unitID, "\(unit.record.id.rawValue)")).isEmpty,
        try change.index.marks(at: RecordKey(.unitCode, unit.subject)).allSatisfy({
          $0.role != .claim && $0.role != .unreadable
        }), try change.index.number(ofPath: unit.file) == nil
      else { return nil }
      return unit.finding(
        rule, at: .record, "The unit \(unit.subject) (\(unit.record.name)) is deleted by this change.")
    }
  }
}
