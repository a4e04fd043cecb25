import Catalogue
import RecordSchema
import Records

/// A unit's parent is there.
enum UnknownParent: KeyRule {
  static let rule = Rule(
    "U004", "unknown-parent",
    explanation: "A unit's parent is another unit's code. An unknown one leaves the unit in the air.",
    example: .unit("parent: «headoffice»", right: "parent: head-office"),
    help: "Write the code of the unit above, or remove the line for a unit at the top.")

  static let family = RecordKey.Family.unitCode

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard !meeting.isKnown else { return [] }
    return try meeting.units(.parent).compactMap { unit in
      guard let parent = unit.record.parent else { return nil }
      return unit.finding(
        rule, at: "parent", "There is no unit '\(parent)' to be the parent.",
        wish: .spelling(.init(word: parent.rawValue, family: .unitCode)))
    }
  }
}
