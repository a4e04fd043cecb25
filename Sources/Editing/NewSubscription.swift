import RecordSchema

/// The file of a webhook subscription that is about to be made.
public struct NewSubscription: Sendable {
  public var url: String
  /// Event names; none: every event.
  public var events: [String]
  /// Where the secrets are found, newest first; never the secrets themselves.
  public var secrets: [SecretReference]
  public var format: Subscription.Format
  /// `nil`: every field but the sensitive ones.
  public var fields: [String]?
  /// `nil`: people of every unit.
  public var units: [String]?
  /// The endpoint is told of everybody who is there already.
  public var backfill: Bool
  /// What it is for, as people read it.
  public var purpose: String?
  /// The system with whose key it is made.
  public var system: String?

  public init(
    url: String, events: [String] = [], secrets: [SecretReference], format: Subscription.Format = .staffService,
    fields: [String]? = nil, units: [String]? = nil, backfill: Bool = false, purpose: String? = nil
  ) {
    self.url = url
    self.events = events
    self.secrets = secrets
    self.format = format
    self.fields = fields
    self.units = units
    self.backfill = backfill
    self.purpose = purpose
  }

  /// - Parameter schema: by which editors check the file, as the file's folder names it.
  public func text(schema: String?) -> String {
    func list(_ name: String, _ items: [String]) -> RecordLine { RecordLine(name, .list(items.map(RecordValue.text))) }
    var lines = [RecordLine("url", .text(url)), list("events", events.isEmpty ? ["*"] : events)]
    if !secrets.isEmpty { lines.append(list("secrets", secrets.map(\.description))) }
    if format != .staffService { lines.append(RecordLine("format", .text(format.rawValue))) }
    if let fields { lines.append(list("fields", fields)) }
    if let units { lines.append(list("units", units)) }
    if backfill { lines.append(RecordLine("backfill", .word("true"))) }
    if let purpose { lines.append(RecordLine("description", .text(purpose))) }
    if let system { lines.append(RecordLine("system", .text(system))) }
    return newFile(lines, schema: schema)
  }
}
