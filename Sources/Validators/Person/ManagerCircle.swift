import Catalogue
import RecordSchema
import Records

/// Line managers do not form a circle.
enum ManagerCircle: CircleRule {
  static let rule = Rule(
    "P014", "manager-circle",
    explanation:
      "Going up from manager to manager must end somewhere. In a circle nobody is at the top, and systems that walk up the line never end.",
    help: "One of these people has another manager, or none; correct that record.")

  static let family = RecordKey.Family.reference
  static let role = Role.lineManager
  // OwnManager says so in plainer words.
  static let includesSelf = false

  static func next(_ reading: AnyReading) -> RecordKey? {
    person(reading)?.record.lineManager.map { RecordKey(.reference, $0.rawValue) }
  }

  static func name(_ reading: AnyReading) -> String { person(reading)?.record.reference.rawValue ?? "" }

  static func finding(_ reading: AnyReading, way: String) -> Finding? {
    person(reading).map {
      Finding(
        rule, file: $0.file, at: "line_manager", subject: $0.record.reference.rawValue,
        "The line managers go round in a circle: \(way).")
    }
  }

  private static func person(_ reading: AnyReading) -> Located<Person>? {
    if case .person(let reading) = reading { Located(reading) } else { nil }
  }
}
