import RecordSchema

/// What is written for one system: ready-made profiles, and tables of the organisation's own.
public struct SystemFiles: Sendable {
  public let settings: Configuration.SystemSettings
  public let profiles: [String]
  private let sensitive: Set<String>

  /// - Parameter profiles: these, whatever the settings say.
  public init(
    _ settings: Configuration.SystemSettings, of configuration: Configuration, profiles: [String]? = nil
  ) {
    self.settings = settings
    sensitive = configuration.sensitiveFields
    self.profiles = profiles ?? settings.profiles ?? Self.profiles(of: settings.name).prefix(1).map(\.self)
  }

  /// Every profile that a system has, the usual one first; for an app there are only feeds, none of them usual.
  public static func profiles(of system: String) -> [String] {
    PublisherRegistry.publisher(for: system)?.profiles.map(\.name) ?? []
  }

  public static func readyTables(of system: String, profile: String) -> [ReadyTable] {
    PublisherRegistry.publisher(for: system)?.profiles.first { $0.name == profile }?.tables
      ?? FeedPublisher.tables(of: profile)
  }

  /// An app has none, unless it asks for some.
  public var isEmpty: Bool { profiles.isEmpty && settings.mappings.isEmpty && settings.fault == nil }

  /// The tables: ready-made ones, in whose place a mapping for the same file stands, and the organisation's own.
  public func tables() throws -> [TableMapping] {
    if let fault = settings.fault {
      throw PublisherError("Its files are not written while staffrepo.yaml is wrong: \(fault)")
    }
    let own = Set(settings.mappings.map(\.file))
    let ready = profiles.flatMap { Self.readyTables(of: settings.name, profile: $0) }
    return try ready.filter { !own.contains($0.file) }.map { try narrowed($0.mapping()) } + settings.mappings
  }

  /// A feed without what the option `fields` does not name.
  private func narrowed(_ table: TableMapping) -> TableMapping {
    guard table.file.hasPrefix("staff"), let fields = settings.options["fields"] else { return table }
    let names = Set(fields.split { $0 == "," || $0 == " " }.map { String($0) } + ["id", "change"])
    var table = table
    table.columns.removeAll { column in
      let name = ["unit_codes", "unit_names"].contains(column.heading) ? "organisational_units" : column.heading
      return !names.contains(name)
    }
    return table
  }

  /// Begins all files.
  public func begin(in set: ExportSet, _ context: StaffContext) throws -> [any StaffFile] {
    let publisher = PublisherRegistry.publisher(for: settings.name)?.init(settings)
    var files: [any StaffFile] = []
    for note in context.bearers?.notes ?? [] { set.note(note) }
    let tables = try tables()
    for table in tables { try table.checkUnits(context) }
    for profile in profiles {
      if Configuration.feeds.contains(profile) {
        files += try FeedPublisher(settings, sensitive: sensitive).files(of: profile, in: set, context)
      } else {
        files += try publisher?.files(of: profile, in: set, context) ?? []
      }
    }
    return files + (try tables.map { try TableFile($0, in: set, context) })
  }
}
