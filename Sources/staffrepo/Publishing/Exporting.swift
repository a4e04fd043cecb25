import FileStore
import Ledger
import Publishers
import RecordSchema
import Records
import Workers

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
      system.isEnabled && !system.isApp && (target.map { $0 == "export/\(system.name)" } ?? true)
        && PublisherRegistry.publisher(for: system.name) != nil
    }
    guard !wanted.isEmpty else { return [] }
    guard let list = try published.list(at: now) else { return [] }
    let due = try wanted.filter { try isDue($0, list, position, in: ledger) }
    guard !due.isEmpty else { return [] }
    let digest = list.digest
    let (keep, folder, now) = (staff.configuration.keptExports, workspace.exportsFolder, now)
    let runs = Workers.map(due, partSize: 1) { part in
      part.map {
        ExportWriting(system: $0, keep: keep, folder: folder).run(list, digest: digest, position: position, at: now)
      }
    }.flatMap(\.self)
    for run in runs {
      if let error = run.error { Terminal.problem("\(run.target): \(error)") }
      try ledger.record(run)
    }
    return runs
  }

  /// Not when the set is there already, nor before its time when the schedule decides.
  private func isDue(
    _ system: Configuration.SystemSettings, _ list: StaffList, _ position: Int, in ledger: Ledger
  ) throws -> Bool {
    guard let last = try ledger.newestExport(of: "export/\(system.name)", succeeded: true) else { return true }
    let folder = ExportFolder("\(workspace.exportsFolder)/\(system.name)")
    let isThere =
      last.folder.map { folder.current == $0 && FileStore.exists("\(folder.path)/\($0)/manifest.json") } ?? false
    if isThere, last.position == position, last.commit == list.commit, last.asOf == list.asOf { return false }
    guard followsSchedule, isThere else { return true }
    // A run with a wrong clock may have left a time that is to come; that is no reason to wait for it.
    return last.at > now || now >= last.at.adding(seconds: Int64(system.schedule.interval))
  }
}
