import RecordSchema

/// A key's dates follow each other.
enum ExpiryBeforeCreation: APIKeyRule {
  static let rule = Rule(
    "K009", "key-dates-reversed",
    explanation: "The key expires, or is revoked, before it was made: one of the dates is a slip.",
    example: .apiKey(
      "created_at: 2026-02-02\nexpires_at: «2026-01-02»", right: "created_at: 2026-02-02\nexpires_at: 2027-02-02"),
    help: "Correct one of the dates.")

  static func check(_ key: Located<APIKey>, _ context: RuleContext) -> [Finding] {
    guard let created = key.record.createdAt?.prefix(10) else { return [] }
    let dates: [(FieldPath, String?)] = [("expires_at", key.record.expiresAt), ("revoked_at", key.record.revokedAt)]
    return dates.compactMap { field, date in
      guard let date = date?.prefix(10), CalendarDate(String(date)) != nil, date < created else { return nil }
      return key.finding(rule, at: field, "\(field.text) is \(date), before created_at, \(created).")
    }
  }
}
