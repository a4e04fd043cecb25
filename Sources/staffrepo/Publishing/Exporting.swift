import FileStore
import GitStore
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
    let due = try due(published, position: position, in: ledger)
    guard !due.isEmpty, let staff = published.staff, let list = try published.list(at: now) else { return [] }
    let destinations = Destinations(workspace: workspace)
    let places = Dictionary(due.map { ($0.name, destinations.place(of: $0)) }) { $1 }
    let writing = ExportWriting(
      systems: due.map { SystemFiles($0, of: staff.configuration) }, keep: staff.configuration.keptExports,
      folder: workspace.exportsFolder, staff: staff, places: places)
    let runs = try writing.run(list, position: position, at: now)
    for run in runs {
      // Whoever publishes by hand may read the records; a log says of nobody what stands in them.
      if let error = run.error {
        Terminal.problem("\(run.target): \(followsSchedule ? ExportFaults.withoutPeople(error) : error)")
      }
      try ledger.record(run)
    }
    return runs
  }

  /// The systems that are to be given a set now. Those whose turn it is and that have everything already are noted as done.
  func due(_ published: Published, position: Int, in ledger: Ledger) throws -> [Configuration.SystemSettings] {
    try turns(published, position: position, in: ledger).compactMap { system, turn in
      let isThere = isThere(turn.last, system)
      let answer = turn.answer(at: now, isThere: isThere)
      if answer == .nothingNew, system.schedule != .everyCommit {
        try ledger.noteNothingNew(for: "export/\(system.name)", at: now)
      }
      // By hand, only a set that is there already is left alone.
      let isWritten = followsSchedule ? answer == .write : !(turn.isCurrent && isThere)
      return isWritten ? system : nil
    }
  }

  /// When the next system's turn comes; `nil`: when something is published.
  func nextTurn(_ published: Published, position: Int, in ledger: Ledger) throws -> Instant? {
    try turns(published, position: position, in: ledger).compactMap { $0.turn.nextRun(at: now) }.filter { $0 > now }
      .min()
  }

  private func turns(
    _ published: Published, position: Int, in ledger: Ledger
  ) throws -> [(system: Configuration.SystemSettings, turn: ExportTurn)] {
    guard let staff = published.staff, let asOf = published.asOf(at: now) else { return [] }
    let zone = staff.configuration.organisation.timeZone
    let contents = ExportTurn.Contents(position: position, commit: staff.commit?.description ?? "", asOf: asOf)
    return try staff.configuration.systems.filter { isWanted($0, staff.configuration) }.map { system in
      (system, try ExportTurn(system, zone, wanted: contents, in: ledger))
    }
  }

  private func isWanted(_ system: Configuration.SystemSettings, _ configuration: Configuration) -> Bool {
    system.isEnabled && configuration.writesFiles(for: system) && (target.map { $0 == "export/\(system.name)" } ?? true)
  }

  /// The newest set, for where files go now: a new destination has nothing yet.
  private func isThere(_ last: ExportRun?, _ system: Configuration.SystemSettings) -> Bool {
    let folder = ExportFolder("\(workspace.exportsFolder)/\(system.name)")
    guard let set = last?.folder, folder.current == set, FileStore.exists("\(folder.path)/\(set)/manifest.json") else {
      return false
    }
    return !folder.isElsewhere(than: Destinations(workspace: workspace).place(of: system))
  }
}
