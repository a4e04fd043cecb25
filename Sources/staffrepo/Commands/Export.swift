import ArgumentParser
import FileStore
import GitStore
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
        staffrepo export finance --at v2026.01 --as-of 2026-01-31 --out payroll
        staffrepo export entra --profile bulk-create --out accounts    (holds passwords)
      """)

  @Argument(help: "entra, hr, finance, lms or digital-id.")
  var system: String

  @Option(help: "The commit, branch or tag to export.")
  var at: String?

  @Option(help: "The day to export as of; by default today in the organisation's time zone.")
  var asOf: CalendarDate?

  @Option(help: "The folder to write; it must not exist or be empty. Without it a new folder named after the system.")
  var out: String?

  @Option(help: "Which set of files; the first is the default.")
  var profile: String?

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    guard let type = PublisherRegistry.publisher(for: system) else {
      let known = PublisherRegistry.all.map { $0.system }.joined(separator: ", ")
      throw ValidationError("There is no system '\(system)'. There are: \(known)")
    }
    let profile = self.profile ?? type.profiles[0]
    guard type.profiles.contains(profile) else {
      throw ValidationError(
        "\(system) has no profile '\(profile)'. It has: \(type.profiles.joined(separator: ", "))")
    }
    if profile == "bulk-create", out == nil {
      throw ValidationError("This file holds passwords, so say where it goes: --out DIR, outside of the repository.")
    }
    let workspace = try Workspace.open()
    let commit = try at.map { try workspace.repository.commit(named: $0) } ?? workspace.tip().commit
    let staff = try workspace.line().staff(at: commit)
    let list = try staff.list(on: asOf ?? staff.configuration.organisation.timeZone.date(at: Clock.now()))
    let settings = staff.configuration.system(system) ?? Configuration.SystemSettings(name: system)
    let folder = out ?? system
    guard FileStore.names(in: folder).isEmpty else { throw Refusal("The folder \(folder) is not empty.") }
    let set = try ExportSet(folder: folder)
    try type.init(settings).write(list, profile: profile, to: set)
    try set.finish(system: system, profile: profile, position: nil, list: list, digest: list.digest)
    report(set, list, folder)
  }

  private func report(_ set: ExportSet, _ list: StaffList, _ folder: String) {
    switch format {
    case .json:
      let document: JSON = [
        "system": .string(system), "commit": .string(list.commit), "as_of": .string(list.asOf.description),
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
