import RecordSchema

/// A key that is not revoked has not expired.
enum ExpiredKey: APIKeyRule {
  static let rule = Rule(
    "K005", "expired-key", severity: .warning,
    explanation: "The key has expired: the system that uses it gets no answer any more.",
    example: .apiKey("expires_at: «2025-02-02»", right: "expires_at: 2027-02-02"),
    help: "Make the next key: staffrepo apikey rotate NAME. If the system needs none: staffrepo apikey revoke NAME")

  static func check(_ key: Located<APIKey>, _ context: RuleContext) -> [Finding] {
    guard key.record.revokedAt == nil, let expiry = key.record.expiryDay, expiry <= context.date else { return [] }
    return [key.finding(rule, at: "expires_at", "The key expired on \(expiry).")]
  }
}

extension APIKey {
  /// The first day on which the key does not hold all day.
  var expiryDay: CalendarDate? { expiresAt.flatMap { CalendarDate(String($0.prefix(10))) } }
}
