import Catalogue
import RecordSchema
import Records

/// The units that a key is limited to are there.
enum UnknownKeyUnit: KeyRule {
  static let rule = Rule(
    "K002", "unknown-key-unit",
    explanation: "A key may be limited to some units. An unknown code gives it nobody to see.",
    example: .apiKey("units: [«care-team-x»]", right: "units: [care-team-a]"),
    help: "Write the code of a unit below data/units.")

  static let family = RecordKey.Family.unitCode

  static func check(_ meeting: Meeting) throws -> [Finding] { try unknownUnits(meeting, .keyUnit, rule) }
}
