import RecordSchema

/// No two key files hold the same key.
enum RepeatedKeyHash: RelationRule {
  static let rule = Rule(
    "K001", "repeated-key",
    explanation: "Every consumer has a key of its own; with a shared one nobody knows who asked.",
    help: "Make a new key for one of the two: staffrepo apikey create.")

  static func check(_ index: RecordIndex) -> [Finding] {
    claimants(index.apiKeys) { $0.keyHash.isEmpty ? nil : $0.keyHash }.flatMap { group in
      group.map { key in
        Finding(
          rule, file: key.file, at: "key_hash", subject: key.stem,
          "The same key is in \(others(group, than: key.file)).")
      }
    }
  }
}

/// The units that a key is limited to are there.
enum UnknownKeyUnit: RelationRule {
  static let rule = Rule(
    "K002", "unknown-key-unit",
    explanation: "A key may be limited to some units. An unknown code gives it nobody to see.",
    help: "Write the code of a unit below data/units.")

  static func check(_ index: RecordIndex) -> [Finding] {
    index.apiKeys.flatMap { key in unknownUnits(key.record.units, rule, key.file, key.stem, index) }
  }
}

func unknownUnits(_ units: [UnitCode], _ rule: Rule, _ file: String, _ subject: String, _ index: RecordIndex)
  -> [Finding]
{
  units.enumerated().compactMap { position, code in
    code.rawValue.isEmpty || index.knows(code)
      ? nil
      : Finding(
        rule, file: file, at: FieldPath("units").item(position), subject: subject, "There is no unit '\(code)'.")
  }
}
