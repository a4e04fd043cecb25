import Catalogue
import RecordSchema

/// A unit's file has the name of the unit's code.
enum UnitFileName: UnitRule {
  static let rule = Rule(
    "U001", "unit-file-name-mismatch", explanation: "A unit's file is named after the unit's code.",
    help: "Rename the file, or correct the code in it.")

  static func check(_ unit: Located<Unit>) -> [Finding] {
    let code = unit.record.code.rawValue
    guard !code.isEmpty, code != unit.stem else { return [] }
    return [
      Finding(
        rule, file: unit.file, at: "code", subject: code,
        "The file is named \(unit.stem).yaml, but the unit in it is \(code).")
    ]
  }
}

/// No two units have the same id.
enum DuplicateUnitID: KeyRule {
  static let rule = Rule(
    "U002", "duplicate-unit-id",
    explanation: "A unit's id is unique for ever: other systems keep it as the unit's own.",
    help: "Give the newer unit the next free id.")

  static let family = RecordKey.Family.unitID

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.claims > 1 else { return [] }
    let group = try meeting.units(.claim)
    return group.map { unit in
      Finding(
        rule, file: unit.file, at: "id", subject: unit.record.code.rawValue,
        "The id \(unit.record.id.rawValue) is also that of \(others(group, than: unit.file)).")
    }
  }
}

/// No two units have the same code.
enum DuplicateUnitCode: KeyRule {
  static let rule = Rule(
    "U003", "duplicate-unit-code", explanation: "People's records name units by code, so a code leads to one unit.",
    help: "Give one of the two another code, and its file that name.")

  static let family = RecordKey.Family.unitCode

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.claims > 1 else { return [] }
    let group = try meeting.units(.claim)
    return group.map { unit in
      Finding(
        rule, file: unit.file, at: "code", subject: unit.record.code.rawValue,
        "The code \(unit.record.code) is also that of \(others(group, than: unit.file)).")
    }
  }
}
