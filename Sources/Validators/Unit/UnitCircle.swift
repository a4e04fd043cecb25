import Catalogue
import RecordSchema
import Records

/// Units form a tree.
enum UnitCircle: CircleRule {
  static let rule = Rule(
    "U005", "unit-circle",
    explanation: "Going up from unit to unit must end at the top. In a circle no unit is at the top.",
    example: .unit("parent: «care-team-a»", right: "parent: head-office"),
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
      $0.finding(rule, at: "parent", "The units go round in a circle: \(way).")
    }
  }

  private static func unit(_ reading: AnyReading) -> Located<Unit>? {
    if case .unit(let reading) = reading { Located(reading) } else { nil }
  }
}
