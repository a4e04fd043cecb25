import RecordSchema

/// A key that is limited to units names at least one.
enum EmptyKeyUnits: APIKeyRule {
  static let rule = Rule(
    "K011", "empty-key-units",
    explanation:
      "units: is there and holds nothing, so nobody can be read with the key. A key without the line reads everybody: which of the two is meant must not be guessed.",
    example: .apiKey("units: «[]»", right: "units: [care-team-a]"),
    help: "Write the codes of the units, or take the line out when the key may read everybody.")

  static func check(_ key: Located<APIKey>, _ context: RuleContext) -> [Finding] {
    guard key.record.units?.isEmpty == true, key.isWhole else { return [] }
    return [key.finding(rule, at: "units", "The key \(key.stem) is limited to no units at all.")]
  }
}
