import RecordSchema

/// What a key that was found good lets its holder do.
public struct Grant: Hashable, Sendable {
  public enum Scope: String, CaseIterable, Hashable, Sendable {
    case staffRead = "staff:read"
    case staffReadSensitive = "staff:read-sensitive"
    case unitsRead = "units:read"
    case photosRead = "photos:read"
    case exportsRead = "exports:read"
    case recruitmentWrite = "recruitment:write"
    case webhooksWrite = "webhooks:write"
    case statusRead = "status:read"
  }

  /// The key's name: that of its file.
  public let key: String
  /// The system that the key belongs to.
  public let system: String
  public let scopes: Set<Scope>
  /// People of these units and below only; `nil`: everybody.
  public let units: Set<UnitCode>?
  /// The instant from which the key is worth nothing.
  public let expiry: Instant?
  /// By which a key is told from an earlier one of the same name.
  public let keyHash: String

  public init(
    key: String, system: String, scopes: Set<Scope>, units: Set<UnitCode>?, expiry: Instant?, keyHash: String = ""
  ) {
    self.key = key
    self.system = system
    self.scopes = scopes
    self.units = units
    self.expiry = expiry
    self.keyHash = keyHash
  }

  public var sight: Sight { Sight(units: units, isSensitive: scopes.contains(.staffReadSensitive)) }
}
