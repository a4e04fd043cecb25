import RecordSchema

/// Microsoft Entra: people as bodies for API-driven inbound provisioning, units as groups for Microsoft Graph.
public struct EntraPublisher: Publisher {
  public static let system = "entra"
  public static let profiles: [(name: String, tables: [ReadyTable])] = [
    ("bulk-upload", []), ("bulk-upload-delta", []), ("group-members", []), ("bulk-create", []),
  ]

  private let settings: Configuration.SystemSettings

  public init(_ settings: Configuration.SystemSettings) { self.settings = settings }

  public func files(of profile: String, in set: ExportSet, _ context: StaffContext) throws -> [any StaffFile] {
    let sendsDates = settings.options["dates"] == "true"
    return switch profile {
    case "bulk-upload": [EntraUpload(set, context, sendsDates: sendsDates), try EntraGroups(set, context)]
    case "bulk-upload-delta": [try EntraChanges(set, context, sendsDates: sendsDates)]
    case "group-members": [try EntraGroupMembers(settings, set, context)]
    case "bulk-create": [try EntraBulkCreate(settings, set, context)]
    default: []
    }
  }
}

/// What the admin centre's CSV templates have in common.
enum EntraTemplate {
  /// Templates up to the spring of 2026 begin with their version (`options: {template_version: v1.0}`), later ones do not.
  static func versionRow(_ settings: Configuration.SystemSettings) -> [UInt8] {
    guard let version = settings.options["template_version"], version != "none" else { return [] }
    return CSVRow(["version:\(version)"]).bytes
  }
}
