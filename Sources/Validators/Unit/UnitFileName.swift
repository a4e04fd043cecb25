import Catalogue
import RecordSchema

/// A unit's file has the name of the unit's code.
enum UnitFileName: UnitRule {
  static let rule = Rule(
    "U001", "unit-file-name-mismatch", explanation: "A unit's file is named after the unit's code.",
    example: .unit("code: «care-team-b»", right: "code: care-team-a"),
    help: "Rename the file, or correct the code in it.")

  static func check(_ unit: Located<Unit>, _ context: RuleContext) -> [Finding] {
    let code = unit.record.code.rawValue
    guard !code.isEmpty, code != unit.stem else { return [] }
    return [
      Finding(
        rule, file: unit.file, at: "code", subject: code,
        "The file is named \(unit.stem).yaml, but the unit in it is \(code).")
    ]
  }
}
