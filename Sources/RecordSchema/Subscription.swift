/// A webhook subscription: who is told what, and how.
public struct Subscription: Sendable, Equatable {
  /// The file's name without `.yaml`.
  public var name: String
  public var url = ""
  /// Event names, or `*`.
  public var events: [String] = ["*"]
  public var secrets: [SecretReference] = []
  public var format = Format.staffService
  /// `nil`: every field but the sensitive ones.
  public var fields: [String]?
  /// `nil`: people of every unit.
  public var units: [UnitCode]?
  public var isActive = true
  public var backfill = false
  /// The system with whose key it was made, and that may end it with its key; `nil`: people wrote it.
  public var system: String?

  public init(name: String) { self.name = name }

  public enum Format: String, Sendable, CaseIterable {
    case staffService = "staff-service"
    case cloudEventsStructured = "cloudevents-structured"
    case cloudEventsBinary = "cloudevents-binary"
  }

  /// As `status`, `deliveries` and the ledger name it.
  public var target: String { "webhook/\(name)" }

  /// What `events` may hold.
  public static let knownEvents = ["*"] + EventName.allCases.map(\.rawValue)

  public func wants(_ event: EventName) -> Bool {
    isActive && (events.contains("*") || events.contains(event.rawValue))
  }
}

extension Configuration {
  /// What a subscription's `fields` may hold.
  public var subscriptionFields: [String] {
    // People and units share some.
    let ofUnits = Unit.fields.map(\.name).filter { !Person.outputFields.contains($0) }
    return Person.outputFields + ofUnits + customFields.map { "custom.\($0.name)" }
  }
}

/// Where a secret is found; the secret itself never stands in git.
public enum SecretReference: Sendable, Equatable, CustomStringConvertible {
  case environment(String)
  case file(String)

  /// Reads `env:STAFFREPO_SECRET_...` or `file:NAME`; `nil` for anything else, a literal secret above all.
  public init?(_ text: String) {
    if text.hasPrefix("env:") {
      let name = String(text.dropFirst(4))
      let isName = name.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "_") || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      }
      guard name.hasPrefix("STAFFREPO_SECRET_"), name.utf8.count > 17, isName else { return nil }
      self = .environment(name)
    } else if text.hasPrefix("file:") {
      let name = String(text.dropFirst(5))
      guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else { return nil }
      self = .file(name)
    } else {
      return nil
    }
  }

  public var description: String {
    switch self {
    case .environment(let name): "env:\(name)"
    case .file(let name): "file:\(name)"
    }
  }
}

/// The events, in the order in which one person's events of one commit are sent.
public enum EventName: String, Sendable, CaseIterable {
  case personCreated = "person.created"
  case personUpdated = "person.updated"
  case personDeactivated = "person.deactivated"
  case personActivated = "person.activated"
  case personUnitAssigned = "person.unit.assigned"
  case personUnitRemoved = "person.unit.removed"
  case photoUpdated = "photo.updated"
  case personPhotoApproved = "person.photo.approved"
  case signatureUploaded = "signature.uploaded"
  case unitCreated = "unit.created"
  case unitUpdated = "unit.updated"
  case unitRemoved = "unit.removed"
}
