import RecordSchema

/// Microsoft Entra: people as bodies for API-driven inbound provisioning, units as groups for Microsoft Graph.
public struct EntraPublisher: Publisher {
  public static let system = "entra"
  public static let profiles: [(name: String, tables: [ReadyTable])] = [("bulk-upload", []), ("bulk-create", [])]

  private let settings: Configuration.SystemSettings

  public init(_ settings: Configuration.SystemSettings) { self.settings = settings }

  public func files(of profile: String, in set: ExportSet, _ context: StaffContext) throws -> [any StaffFile] {
    if profile == "bulk-create" { return [try EntraBulkCreate(settings, set)] }
    return [
      EntraBatches("bulk-upload", in: set, context, sendsDates: settings.options["dates"] == "true"),
      try EntraGroups(set, context),
    ]
  }
}
