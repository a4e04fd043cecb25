import ArgumentParser
import FileStore
import GitStore
import Glibc
import Journal
import Publishers
import RecordSchema
import Records

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write one system's files now, whether it is configured or not.",
    discussion: """
      EXAMPLES:
        staffrepo export hr --out /tmp/hr
        staffrepo export hr --preview                                  (the first rows, on the screen)
        staffrepo export hr --profile staffology --print-mapping       (to begin your own table with)
        staffrepo export finance --at v2026.01 --as-of 2026-01-31 --out payroll
        staffrepo export entra --profile bulk-create --out accounts    (holds passwords)
      """)

  @Argument(help: "entra, hr, finance, lms, digital-id, or an app that staffrepo.yaml names.")
  var system: String

  @Option(help: "The commit, branch or tag to export.")
  var at: String?

  @Option(help: "The day to export as of; by default today in the organisation's time zone.")
  var asOf: CalendarDate?

  @Option(help: "The folder to write; it must not exist or be empty. Without it a new folder named after the system.")
  var out: String?

  @Option(help: "Which set of files; by default those that staffrepo.yaml names, else the system's first.")
  var profile: String?

  @Flag(help: "Show the first rows of each table, and write nothing.")
  var preview = false

  @Option(help: "How many rows a preview shows.")
  var rows = 10

  @Flag(help: "Print the profile's tables as staffrepo.yaml would hold them, and write nothing.")
  var printMapping = false

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    if printMapping { return try printTables() }
    let workspace = try Workspace.open()
    let commit = try at.map { try workspace.repository.commit(named: $0) } ?? workspace.tip().commit
    let staff = try workspace.line().staff(at: commit)
    let files = try chosenFiles(staff.configuration)
    let list = try staff.list(on: asOf ?? staff.configuration.organisation.timeZone.date(at: Clock.now()))
    if preview {
      if at == nil, (try? hasUncommittedSettings(workspace, commit)) ?? false {
        Terminal.warning("this shows \(commit.short); staffrepo.yaml has changes that are not committed yet.")
      }
      return try ExportPreview(files: files, staff: staff, list: list, rows: rows).show()
    }
    if files.profiles.contains(where: { Configuration.privateProfiles.contains($0) }), out == nil {
      throw ValidationError("This file holds passwords, so say where it goes: --out DIR, outside of the repository.")
    }
    let folder = out ?? system
    guard FileStore.names(in: folder).isEmpty else { throw Refusal("The folder \(folder) is not empty.") }
    let set = try ExportSet(folder: folder, images: list.images)
    let job = ExportJob(set) { try files.begin(in: set, list.context) }
    let digest = try list.fill([job])
    if let failure = job.failure {
      set.discard()
      throw located(failure, staff)
    }
    try set.finish(system: system, profiles: files.profiles, position: nil, context: list.context, digest: digest)
    report(set, list.context, folder)
  }

  private func chosenFiles(_ configuration: Configuration) throws -> SystemFiles {
    let settings = configuration.system(system)
    guard let settings = settings ?? (isKnown ? Configuration.SystemSettings(name: system) : nil) else {
      let known = PublisherRegistry.all.map { $0.system } + configuration.systems.filter(\.isApp).map(\.name)
      throw ValidationError("There is no system '\(system)'. There are: \(known.joined(separator: ", "))")
    }
    try checkProfile()
    let files = SystemFiles(settings, of: configuration, profiles: profile.map { [$0] })
    guard !files.isEmpty else {
      throw ValidationError(
        "\(system) gets no files: staffrepo.yaml names no profiles for it. Choose one: --profile \(Configuration.feeds[0])"
      )
    }
    return files
  }

  private func hasUncommittedSettings(_ workspace: Workspace, _ commit: OID) throws -> Bool {
    guard let folder = workspace.repository.workDirectory,
      let entry = try workspace.repository.entry(
        at: ConfigurationDecoder.path, in: workspace.repository.info(of: commit).tree)
    else { return false }
    return try FileStore.read("\(folder)/\(ConfigurationDecoder.path)") != workspace.repository.blob(entry.oid)
  }

  private var isKnown: Bool { PublisherRegistry.publisher(for: system) != nil }

  private func checkProfile() throws {
    let known = SystemFiles.profiles(of: system) + Configuration.feeds
    guard let profile, !known.contains(profile) else { return }
    throw ValidationError("\(system) has no profile '\(profile)'. It has: \(known.joined(separator: ", "))")
  }

  private func printTables() throws {
    try checkProfile()
    let name = profile ?? SystemFiles.profiles(of: system).first ?? Configuration.feeds[0]
    let tables = SystemFiles.readyTables(of: system, profile: name)
    guard !tables.isEmpty else {
      throw Refusal("The profile \(name) of \(system) is no table: only its options can be set, not its columns.")
    }
    Terminal.print("# In staffrepo.yaml, below systems: and \(system):")
    Terminal.print("mappings:")
    for table in tables {
      Terminal.print("  \(table.file):")
      for line in table.text.split(separator: "\n") { Terminal.print("    \(line)") }
    }
  }

  /// Names the record's file as well, where a row cannot be written.
  private func located(_ failure: any Error, _ staff: Staff) -> any Error {
    guard let refusal = failure as? TableRefusal else { return failure }
    return Refusal(ExportFaults.text(refusal, staff))
  }

  private func report(_ set: ExportSet, _ context: StaffContext, _ folder: String) {
    switch format {
    case .json:
      let document: JSON = [
        "system": .string(system), "commit": .string(context.commit), "as_of": .string(context.asOf.description),
        "folder": .string(folder),
        "files": .array(
          set.files.map {
            [
              "name": .string($0.name), "rows": .int($0.rows), "bytes": .int($0.bytes), "sha256": .string($0.sha256),
            ]
          }), "notes": .array(set.notes.map(JSON.string)),
      ]
      Terminal.print(document.prettyText)
    case .text:
      for file in set.files { Terminal.print("\(folder)/\(file.name): \(counted(file.rows, "row"))") }
      for note in set.notes { Terminal.warning(note) }
    }
  }
}
