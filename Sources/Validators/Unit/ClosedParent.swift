import Catalogue
import RecordSchema

/// An active unit is not below one that is closed.
enum ClosedParent: KeyRule {
  static let rule = Rule(
    "U008", "inactive-parent", severity: .warning,
    explanation:
      "The unit above has is_active: false, and this one is active: the organisation chart hangs in the air.",
    example: .unit("parent: «night-team»", right: "parent: head-office"),
    help: "Write the unit above that is still there, or close this one as well.")

  static let family = RecordKey.Family.unitCode

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.has(.closed), meeting.has(.parent), meeting.claims == 1 else { return [] }
    return try meeting.units(.parent).filter(\.record.isActive).map {
      $0.finding(rule, at: "parent", "The unit above, \($0.record.parent?.rawValue ?? ""), is not active any more.")
    }
  }
}
