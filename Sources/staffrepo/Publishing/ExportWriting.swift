import Events
import GitStore
import Journal
import Ledger
import Publishers
import RecordSchema
import Records

/// Writes one system's set into its folder, and says how it went.
struct ExportWriting {
  let system: Configuration.SystemSettings
  let keep: Int
  let folder: String

  func run(_ list: StaffList, digest: String, position: Int, at now: Instant) -> ExportRun {
    let started = Clock.monotonicMilliseconds()
    let name = "\(position)-\(list.commit.prefix(10))-\(list.asOf)"
    var run = ExportRun(
      target: "export/\(system.name)", position: position, commit: list.commit, asOf: list.asOf, at: now,
      milliseconds: 0)
    do {
      guard let type = PublisherRegistry.publisher(for: system.name), let profile = type.profiles.first else {
        throw PublisherError("There is no publisher for '\(system.name)'.")
      }
      let set = try ExportFolder("\(folder)/\(system.name)").publish(name: name, keep: keep) { set in
        try type.init(system).write(list, profile: profile, to: set)
        try set.finish(system: system.name, profile: profile, position: position, list: list, digest: digest)
      }
      run.folder = name
      run.files = set.files.count
      run.rows = set.rows
      run.bytes = set.bytes
      run.digest = digest
    } catch {
      run.error = "\(error)"
    }
    run.milliseconds = Int(Clock.monotonicMilliseconds() - started)
    return run
  }
}

extension Staff {
  /// Everybody in force, as of a day, for export files.
  ///
  /// - Parameter told: what consumers were told of some, whatever the records say.
  func list(on date: CalendarDate, _ told: ToldPeople = ToldPeople()) throws -> StaffList {
    let units = try units.all()
    let members = try everybody().map { entry in
      let person = told.record(entry.record.id) ?? entry.record
      return StaffList.Member(person, status: person.status(on: date), units: person.unitsInForce(on: date, units))
    }
    return StaffList(
      organisation: configuration.organisation, commit: commit?.description ?? "", asOf: date, members: members,
      units: units)
  }
}
