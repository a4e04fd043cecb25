import RecordSchema

/// Learning systems: Moodle's user upload, and a OneRoster 1.2 zip for the others.
public struct LMSPublisher: Publisher {
  public static let system = "lms"
  public static let profiles: [(name: String, tables: [ReadyTable])] = [("standard", [])]

  private let settings: Configuration.SystemSettings

  public init(_ settings: Configuration.SystemSettings) { self.settings = settings }

  public func files(of profile: String, in set: ExportSet, _ context: StaffContext) throws -> [any StaffFile] {
    [
      try MoodleUsers(set, context, auth: settings.options["auth"] ?? "manual"),
      try OneRoster(set, context, role: settings.options["role"] ?? "student"),
    ]
  }
}
