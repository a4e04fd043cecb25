import Catalogue
import RecordSchema

/// The manager of an active unit works here.
enum UnitManagerLeft: KeyRule {
  static let rule = Rule(
    "U009", "unit-manager-left", severity: .warning,
    explanation: "The unit's manager has left or is deactivated.",
    example: .unit("manager: «EMP009»", right: "manager: EMP001"),
    help: "Write the reference of the new manager, or remove the line.")

  static let family = RecordKey.Family.reference

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.has(.leaving), meeting.has(.unitManager), meeting.claims == 1,
      let manager = try meeting.people(.leaving).first, manager.record.hasLeft(by: meeting.context.date)
    else { return [] }
    return try meeting.units(.unitManager).filter(\.record.isActive).map {
      $0.finding(
        rule, at: "manager",
        "The unit's manager \(manager.subject) (\(manager.record.fullName)) does not work here any more.")
    }
  }
}
