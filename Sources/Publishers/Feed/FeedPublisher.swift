import RecordSchema

/// Lists of people for apps and whatever else reads them: JSON, NDJSON or CSV. Sensitive fields are not in them.
struct FeedPublisher {
  private let settings: Configuration.SystemSettings

  init(_ settings: Configuration.SystemSettings) { self.settings = settings }

  static func tables(of profile: String) -> [ReadyTable] { [] }

  func files(of profile: String, in set: ExportSet, _ context: StaffContext) throws -> [any StaffFile] { [] }
}
