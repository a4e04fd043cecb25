import RecordSchema
import Records

/// A key is renewed before it expires.
enum ExpiringKey: APIKeyRule {
  static let rule = Rule(
    "K006", "expiring-key", severity: .warning,
    explanation:
      "The key expires within 30 days, and its system has no later one that may do the same. The system that uses it will get no answer from then on.",
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

  /// Whether the system has its next key already, and has only to change over. What other files say is no part of what is
  /// kept about this one.
  static func isReplaced(_ diagnostic: Diagnostic, _ index: RecordIndex) throws -> Bool {
    guard let file = try index.number(ofPath: diagnostic.file), let key = try index.reading(file)?.apiKey?.record else {
      return false
    }
    return try index.files(of: .apiKey).contains { number in
      guard number != file, let next = try index.reading(number)?.apiKey, next.isWhole else { return false }
      return next.record.isSuccessor(of: key)
    }
  }
}

extension APIKey {
  /// Holds for longer than another key of the system, and may do all that it may.
  fileprivate func isSuccessor(of key: APIKey) -> Bool {
    guard system == key.system, revokedAt == nil, Set(scopes).isSuperset(of: key.scopes) else { return false }
    if let units {
      guard let others = key.units, Set(units).isSuperset(of: others) else { return false }
    }
    guard let expiryDay else { return true }
    return key.expiryDay.map { $0 < expiryDay } ?? false
  }
}
