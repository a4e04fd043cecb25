/// A consumer's key, as git holds it: a hash, never the key.
public struct APIKey: Sendable, Equatable {
  /// The file's name without `.yaml`.
  public var name: String
  public var system = ""
  public var keyHash = ""
  public var keyHint: String?
  public var scopes: [String] = []
  /// People of these units and below only; `nil`: everybody. An empty list is nobody.
  public var units: [UnitCode]?
  public var createdAt: String?
  public var expiresAt: String?
  public var revokedAt: String?

  public init(name: String) { self.name = name }

  /// As they follow each other in a file.
  public static let fieldNames = [
    "system", "name", "key_hash", "key_hint", "scopes", "units", "created_at", "expires_at", "revoked_at",
  ]

  public static let knownScopes = [
    "staff:read", "staff:read-sensitive", "units:read", "photos:read", "exports:read",
    "recruitment:write", "webhooks:write", "status:read",
  ]

  /// The instant from which the key is worth nothing; `nil`: it holds for ever.
  ///
  /// - Parameter zone: in which a date, which stands for its first instant, begins.
  public func end(in zone: TimeZoneRules) -> Instant? {
    [expiresAt, revokedAt].compactMap { $0.flatMap { Self.instant($0, in: zone) } }.min()
  }

  /// When the key is revoked, or will be.
  public func revocation(in zone: TimeZoneRules) -> Instant? { revokedAt.flatMap { Self.instant($0, in: zone) } }

  /// A date or a UTC time.
  private static func instant(_ text: String, in zone: TimeZoneRules) -> Instant? {
    Instant(text) ?? CalendarDate(text).map(zone.firstInstant)
  }
}
