import RecordSchema

/// Learning systems: Moodle's user upload, and a OneRoster 1.2 zip for the others.
public struct LMSPublisher: Publisher {
  public static let system = "lms"
  public static let profiles = ["standard"]

  private let settings: Configuration.SystemSettings

  public init(_ settings: Configuration.SystemSettings) { self.settings = settings }

  public func write(_ list: StaffList, profile: String, to set: ExportSet) throws {
    try MoodleUsers(auth: settings.options["auth"] ?? "manual").write(list, to: set)
    try OneRoster(role: settings.options["role"] ?? "student").write(list, to: set)
  }
}
