import GitStore
import Journal
import Ledger
import Publishers
import RecordSchema
import Records

/// Everything that is published to, as the branch's tip says.
struct Targets {
  let subscriptions: [Subscription]
  let systems: [Configuration.SystemSettings]
  /// The organisation's id.
  let organisation: Int
  let zone: TimeZoneRules

  /// Reads the configuration and the subscriptions of the newest commit, and nobody's record, unless a subscription's last
  /// good state must be found.
  private init(newest workspace: Workspace) throws {
    let tip = try workspace.tip().commit
    let configuration = try workspace.configuration(at: tip)
    let subscriptions = try Self.subscriptions(CommitSource(workspace.repository, commit: tip), configuration)
    if subscriptions.contains(where: { $0 == nil }) {
      self.init(try workspace.line().staff(at: tip))
    } else {
      self.init(subscriptions.compactMap(\.self), configuration)
    }
  }

  /// As the files stand in the work tree, committed or not.
  init(worktreeOf workspace: Workspace) throws {
    guard let folder = workspace.repository.workDirectory else {
      throw Refusal("A bare repository has no files to look at; leave --worktree out.")
    }
    let source = WorkTreeSource(root: folder)
    let configuration = try source.configuration().configuration ?? Configuration()
    self.init(try Self.subscriptions(source, configuration).compactMap(\.self), configuration)
  }

  /// `nil` for each that cannot be read.
  private static func subscriptions(
    _ source: some RecordSource, _ configuration: Configuration
  ) throws -> [Subscription?] {
    let folder = "\(configuration.dataFolder)/\(RecordKind.webhook.folder)"
    let files = try source.files(below: folder).filter { entry in
      FileRole(path: entry.path, dataFolder: configuration.dataFolder) == .record(.webhook)
        && (entry.kind == .file || entry.kind == .executable)
    }
    return try files.map { entry -> Subscription? in
      let reading = AnyReading(
        try source.read(entry), kind: .webhook, entry: entry, configuration: configuration)
      return if case .webhook(let webhook) = reading { webhook.record } else { nil }
    }
  }

  init(_ staff: Staff) { self.init(staff.subscriptions, staff.configuration) }

  /// As they count now: those of the newest commit, or while a guard holds the branch, of the commit that is published; for
  /// what is held may be a mistake. Only that an endpoint is switched off counts at once.
  init(_ workspace: Workspace) throws {
    guard let journal = try Journal(workspace.repository).last, journal.hold != nil else {
      try self.init(newest: workspace)
      return
    }
    let newest = try Targets(newest: workspace)
    let source = try CommitSource(workspace.repository, commit: journal.to)
    let configuration = try workspace.configuration(at: journal.to)
    let read = try Self.subscriptions(source, configuration)
    let published =
      read.contains { $0 == nil }
      ? try workspace.line(Journal(workspace.repository).entries).staff(after: journal).subscriptions
      : read.compactMap(\.self)
    let off = Set(newest.subscriptions.filter { !$0.isActive }.map(\.name))
    self.init(
      published.map { subscription in
        var subscription = subscription
        if off.contains(subscription.name) { subscription.isActive = false }
        return subscription
      }, configuration)
  }

  private init(_ subscriptions: [Subscription], _ configuration: Configuration) {
    self.subscriptions = subscriptions.sorted { $0.name < $1.name }
    organisation = configuration.organisation.id
    zone = configuration.organisation.timeZone
    systems = configuration.systems.filter(configuration.writesFiles)
  }

  /// When a system is to be given files next, after what the journal ends with.
  func turn(
    of system: Configuration.SystemSettings, after journal: JournalEntry?, in ledger: Ledger?, at now: Instant
  ) throws -> ExportTurn {
    let wanted = journal.map {
      ExportTurn.Contents(
        position: $0.position, commit: $0.to.description, asOf: Published.asOf(zone, $0, at: now))
    }
    return try ExportTurn(system, zone, wanted: wanted, in: ledger)
  }

  var names: [String] { subscriptions.map(\.target) + systems.map { "export/\($0.name)" } }
}

extension Configuration {
  /// Sets of files are written for this system, while it is enabled.
  func writesFiles(for system: SystemSettings) -> Bool { !SystemFiles(system, of: self).isEmpty }
}
