/// A consumer's key, as git holds it: a hash, never the key.
public struct APIKey: Sendable, Equatable {
  /// The file's name without `.yaml`.
  public var name: String
  public var system = ""
  public var keyHash = ""
  public var keyHint: String?
  public var scopes: [String] = []
  public var units: [UnitCode] = []
  public var createdAt: String?
  public var expiresAt: String?
  public var revokedAt: String?

  public init(name: String) { self.name = name }

  public static let knownScopes = [
    "staff:read", "staff:read-sensitive", "units:read", "photos:read", "exports:read",
    "recruitment:write", "webhooks:write", "status:read",
  ]
}
