import FileStore
import Ledger
import Publishers
import RecordSchema
import Records

/// Writes the export sets that are wanted and due.
struct Exporting {
  let workspace: Workspace
  /// Only this one.
  let target: String?
  let followsSchedule: Bool
  let now: Instant

  func run(_ published: Published, position: Int, in ledger: Ledger) throws -> [ExportRun] {
    guard let staff = published.staff else { return [] }
    let wanted = staff.configuration.systems.filter { system in
      system.isEnabled && (target.map { $0 == "export/\(system.name)" } ?? true)
        && !SystemFiles(system, of: staff.configuration).isEmpty
    }
    guard !wanted.isEmpty else { return [] }
    guard let list = try published.list(at: now) else { return [] }
    let destinations = Destinations(workspace: workspace)
    let places = Dictionary(wanted.map { ($0.name, destinations.place(of: $0)) }) { $1 }
    // A new destination has nothing yet, so a set is written for it whether or not it is time.
    let due = try wanted.filter { system in
      try destinations.folder(of: system).isElsewhere(than: places[system.name] ?? "")
        || isDue(system, list.context, position, in: ledger)
    }
    guard !due.isEmpty else { return [] }
    let writing = ExportWriting(
      systems: due.map { SystemFiles($0, of: staff.configuration) }, keep: staff.configuration.keptExports,
      folder: workspace.exportsFolder, places: places)
    let runs = try writing.run(list, position: position, at: now)
    for run in runs {
      if let error = run.error { Terminal.problem("\(run.target): \(error)") }
      try ledger.record(run)
    }
    return runs
  }

  /// Not when the set is there already, nor before its time when the schedule decides.
  private func isDue(
    _ system: Configuration.SystemSettings, _ context: StaffContext, _ position: Int, in ledger: Ledger
  ) throws -> Bool {
    guard let last = try ledger.newestExport(of: "export/\(system.name)", succeeded: true) else { return true }
    let folder = ExportFolder("\(workspace.exportsFolder)/\(system.name)")
    let isThere =
      last.folder.map { folder.current == $0 && FileStore.exists("\(folder.path)/\($0)/manifest.json") } ?? false
    if isThere, last.position == position, last.commit == context.commit, last.asOf == context.asOf { return false }
    guard followsSchedule, isThere else { return true }
    // A run with a wrong clock may have left a time that is to come; that is no reason to wait for it.
    return last.at > now || now >= last.at.adding(seconds: Int64(system.schedule.interval))
  }
}
