import Catalogue
import RecordSchema
import Records

/// A unit's parent is there.
enum UnknownParent: KeyRule {
  static let rule = Rule(
    "U004", "unknown-parent",
    explanation: "A unit's parent is another unit's code. An unknown one leaves the unit in the air.",
    help: "Write the code of the unit above, or remove the line for a unit at the top.")

  static let family = RecordKey.Family.unitCode

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard !meeting.isKnown else { return [] }
    return try meeting.units(.parent).compactMap { unit in
      guard let parent = unit.record.parent else { return nil }
      return Finding(
        rule, file: unit.file, at: "parent", subject: unit.record.code.rawValue,
        "There is no unit '\(parent)' to be the parent.",
        wish: .spelling(.init(word: parent.rawValue, family: .unitCode)))
    }
  }
}

/// Units form a tree.
enum UnitCircle: CircleRule {
  static let rule = Rule(
    "U005", "unit-circle",
    explanation: "Going up from unit to unit must end at the top. In a circle no unit is at the top.",
    help: "One of these units has another parent, or none; correct that record.")

  static let family = RecordKey.Family.unitCode
  static let role = Role.parent
  static let includesSelf = true

  static func next(_ reading: AnyReading) -> RecordKey? {
    unit(reading)?.record.parent.map { RecordKey(.unitCode, $0.rawValue) }
  }

  static func name(_ reading: AnyReading) -> String { unit(reading)?.record.code.rawValue ?? "" }

  static func finding(_ reading: AnyReading, way: String) -> Finding? {
    unit(reading).map {
      Finding(
        rule, file: $0.file, at: "parent", subject: $0.record.code.rawValue, "The units go round in a circle: \(way).")
    }
  }

  private static func unit(_ reading: AnyReading) -> Located<Unit>? {
    if case .unit(let reading) = reading { Located(reading) } else { nil }
  }
}

/// A unit's manager is somebody in the repository.
enum UnknownUnitManager: KeyRule {
  static let rule = Rule(
    "U006", "unknown-unit-manager", explanation: "A unit's manager is named by employee reference.",
    help: "Write the manager's employee reference, or remove the line if there is none.")

  static let family = RecordKey.Family.reference

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard !meeting.isKnown else { return [] }
    return try meeting.units(.unitManager).compactMap { unit in
      guard let manager = unit.record.manager else { return nil }
      return Finding(
        rule, file: unit.file, at: "manager", subject: unit.record.code.rawValue,
        "The unit's manager \(manager) is nobody in this repository.",
        wish: .spelling(.init(word: manager.rawValue, family: .reference)))
    }
  }
}
