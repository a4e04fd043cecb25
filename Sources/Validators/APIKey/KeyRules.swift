import Catalogue
import RecordSchema
import Records

/// No two key files hold the same key.
enum RepeatedKeyHash: KeyRule {
  static let rule = Rule(
    "K001", "repeated-key",
    explanation: "Every consumer has a key of its own; with a shared one nobody knows who asked.",
    help: "Make a new key for one of the two: staffrepo apikey create.")

  static let family = RecordKey.Family.keyHash

  static func check(_ meeting: Meeting) throws -> [Finding] {
    guard meeting.claims > 1 else { return [] }
    let group = try meeting.apiKeys(.claim)
    return group.map { key in
      Finding(
        rule, file: key.file, at: "key_hash", subject: key.stem,
        "The same key is in \(others(group, than: key.file)).")
    }
  }
}

/// The units that a key is limited to are there.
enum UnknownKeyUnit: KeyRule {
  static let rule = Rule(
    "K002", "unknown-key-unit",
    explanation: "A key may be limited to some units. An unknown code gives it nobody to see.",
    help: "Write the code of a unit below data/units.")

  static let family = RecordKey.Family.unitCode

  static func check(_ meeting: Meeting) throws -> [Finding] { try unknownUnits(meeting, .keyUnit, rule) }
}

func unknownUnits(_ meeting: Meeting, _ role: Role, _ rule: Rule) throws -> [Finding] {
  guard !meeting.isKnown else { return [] }
  let code = try meeting.index.key(of: meeting.marks[0]).text
  return try meeting.places(role).map { file, position in
    Finding(
      rule, file: file, at: FieldPath("units").item(position), subject: fileStem(of: file),
      "There is no unit '\(code)'.")
  }
}
