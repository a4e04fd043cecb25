import Catalogue
import RecordSchema
import Records

/// A unit's manager is somebody in the repository.
enum UnknownUnitManager: KeyRule {
  static let rule = Rule(
    "U006", "unknown-unit-manager", explanation: "A unit's manager is named by employee reference.",
    example: .unit("manager: «EMP0011»", right: "manager: EMP001"),
    help: "Write the manager's employee reference, or remove the line if there is none.")

  static let family = RecordKey.Family.reference

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard !meeting.isKnown else { return [] }
    return try meeting.units(.unitManager).compactMap { unit in
      guard let manager = unit.record.manager else { return nil }
      return unit.finding(
        rule, at: "manager", "The unit's manager \(manager) is nobody in this repository.",
        wish: .spelling(.init(word: manager.rawValue, family: .reference)))
    }
  }
}
