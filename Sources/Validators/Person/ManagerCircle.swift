import Catalogue
import RecordSchema
import Records

/// Line managers do not form a circle.
enum ManagerCircle: CircleRule {
  static let rule = Rule(
    "P014", "manager-circle",
    explanation:
      "Going up from manager to manager must end somewhere. In a circle nobody is at the top, and systems that walk up the line never end.",
    example: .files(
      [
        "data/people/EMP017.yaml":
          "id: 17\nemployee_reference: EMP017\nfirst_name: Grace\nlast_name: Hill\nemail: grace.hill@example.org\njob_title: Nurse\nemployment_start_date: 2021-03-15\nline_manager: «EMP018»\n",
        "data/people/EMP018.yaml":
          "id: 18\nemployee_reference: EMP018\nfirst_name: Omar\nlast_name: Farouk\nemail: omar@example.org\njob_title: Nurse\nemployment_start_date: 2024-01-08\nline_manager: «EMP017»\n",
      ],
      right: [
        "data/people/EMP018.yaml":
          "id: 18\nemployee_reference: EMP018\nfirst_name: Omar\nlast_name: Farouk\nemail: omar@example.org\njob_title: Nurse\nemployment_start_date: 2024-01-08\nline_manager: EMP017\n"
      ]),
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
      $0.finding(rule, at: "line_manager", "The line managers go round in a circle: \(way).")
    }
  }

  private static func person(_ reading: AnyReading) -> Located<Person>? {
    if case .person(let reading) = reading { Located(reading) } else { nil }
  }
}
