import RecordSchema

/// A key is renewed before it expires.
enum ExpiringKey: APIKeyRule {
  static let rule = Rule(
    "K006", "expiring-key", severity: .warning,
    explanation: "The key expires within 30 days. The system that uses it will get no answer from then on.",
    example: .apiKey("expires_at: «2026-02-01»", right: "expires_at: 2027-02-02"),
    help: "Make the next key now, so that both hold while the system changes over: staffrepo apikey rotate NAME")

  static func check(_ key: Located<APIKey>, _ context: RuleContext) -> [Finding] {
    guard key.record.revokedAt == nil, let expiry = key.record.expiryDay, expiry > context.date,
      expiry <= context.date.adding(days: 30)
    else { return [] }
    let days = expiry.dayNumber - context.date.dayNumber
    return [
      key.finding(rule, at: "expires_at", "The key expires on \(expiry), in \(days) \(days == 1 ? "day" : "days").")
    ]
  }
}
