import RecordSchema

/// A key holds until a date.
enum EndlessKey: APIKeyRule {
  static let rule = Rule(
    "K007", "no-expiry", severity: .warning,
    explanation: "A key without expires_at holds for ever, also after it was copied, lost or forgotten.",
    example: .apiKey("«»expires_at:", right: "expires_at: 2027-02-02"),
    help: "Add a line expires_at: with a date within a year.")

  static func check(_ key: Located<APIKey>, _ context: RuleContext) -> [Finding] {
    guard key.isWhole, key.record.expiresAt == nil, key.record.revokedAt == nil else { return [] }
    return [key.finding(rule, at: .record, "The key \(key.stem) never expires.")]
  }
}
