import Catalogue
import RecordSchema

/// The line manager of somebody who works here works here too.
enum ManagerLeft: KeyRule {
  static let rule = Rule(
    "P008", "manager-left", severity: .warning,
    explanation:
      "The line manager has left or is deactivated. Requests for approval go to an account that nobody reads.",
    example: .person("line_manager: «EMP009»", right: "line_manager: EMP001"),
    help: "Write the reference of the new line manager.")

  static let family = RecordKey.Family.reference

  static func check(_ meeting: Meeting) throws -> [Finding] {
    // Who leaves has a mark of its own, so that nobody else's record need be read.
    guard meeting.has(.leaving), meeting.has(.lineManager), meeting.claims == 1,
      let manager = try meeting.people(.leaving).first, manager.record.hasLeft(by: meeting.context.date)
    else { return [] }
    return try meeting.people(.lineManager).filter { $0.record.status(on: meeting.context.date).isActive }.map {
      $0.finding(
        rule, at: "line_manager",
        "The line manager \(manager.subject) (\(manager.record.fullName)) does not work here any more.")
    }
  }
}

extension Person {
  /// Deactivated, or beyond the last day worked.
  func hasLeft(by date: CalendarDate) -> Bool { !isActive || endDate.map { $0 < date } ?? false }
}
