import RecordSchema

/// Learning systems: Moodle's user upload, and OneRoster zips for the others.
public struct LMSPublisher: Publisher {
  public static let system = "lms"
  public static let profiles: [(name: String, tables: [ReadyTable])] = [
    ("standard", []), ("moodle", []), ("oneroster", []), ("oneroster-1.1", []), ("oneroster-delta", []),
    ("oneroster-1.1-delta", []),
  ]

  private let options: LMSOptions

  public init(_ settings: Configuration.SystemSettings) { options = LMSOptions(settings.options) }

  public func files(of profile: String, in set: ExportSet, _ context: StaffContext) throws -> [any StaffFile] {
    func oneRoster(_ version: OneRosterVersion, isDelta: Bool = false) throws -> OneRoster {
      let name = "oneroster" + (version == .v11 ? "-1.1" : "") + (isDelta ? "-delta" : "")
      return try OneRoster(name, version, isDelta: isDelta, in: set, context, options)
    }
    return switch profile {
    case "standard": [try MoodleUsers(set, context, options), try oneRoster(.v12)]
    case "moodle": [try MoodleUsers(set, context, options)]
    case "oneroster": [try oneRoster(.v12)]
    case "oneroster-1.1": [try oneRoster(.v11)]
    case "oneroster-delta": [try oneRoster(.v12, isDelta: true)]
    case "oneroster-1.1-delta": [try oneRoster(.v11, isDelta: true)]
    default: []
    }
  }
}
