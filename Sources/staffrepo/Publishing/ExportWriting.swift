import GitStore
import Journal
import Ledger
import Publishers
import RecordSchema
import Records

/// Writes the sets of several systems, while everybody passes by once.
struct ExportWriting {
  let systems: [SystemFiles]
  let keep: Int
  /// Of all systems.
  let folder: String
  /// Where the values stand that cannot be written.
  let staff: Staff
  /// Where each system's set is sent from there, by name; empty when the system takes it itself.
  let places: [String: String]

  /// One run for each system, failed ones with what went wrong.
  func run(_ list: StaffList, position: Int, at now: Instant) throws -> [ExportRun] {
    let started = Clock.monotonicMilliseconds()
    let (context, name) = (list.context, "\(position)-\(list.context.commit.prefix(10))-\(list.context.asOf)")
    var runs = systems.map {
      ExportRun(
        target: "export/\($0.settings.name)", position: position, commit: context.commit, asOf: context.asOf, at: now,
        milliseconds: 0)
    }
    var begun: [(place: Int, folder: ExportFolder, draft: ExportFolder.Draft, job: ExportJob)] = []
    for (place, system) in systems.enumerated() {
      do {
        let folder = ExportFolder("\(folder)/\(system.settings.name)")
        let draft = try folder.begin(name, for: places[system.settings.name] ?? "", images: list.images)
        begun.append((place, folder, draft, ExportJob(draft.set) { try system.begin(in: draft.set, context) }))
      } catch {
        runs[place].error = "\(error)"
      }
    }
    let digest: StaffDigest
    do {
      digest = try list.fill(begun.map(\.job))
    } catch {
      for (_, _, draft, _) in begun { draft.discard() }
      throw error
    }
    for (place, folder, draft, job) in begun {
      do {
        if let failure = job.failure { throw failure }
        try draft.set.finish(
          system: systems[place].settings.name, profiles: systems[place].profiles, position: position,
          context: context, digest: digest)
        try folder.publish(draft, keep: keep)
        runs[place].folder = name
        runs[place].files = draft.set.files.count
        runs[place].rows = draft.set.rows
        runs[place].bytes = draft.set.bytes
        runs[place].digest = digest.text
      } catch {
        draft.discard()
        runs[place].error = (error as? TableRefusal).map { ExportFaults.text($0, staff) } ?? "\(error)"
      }
    }
    for place in runs.indices { runs[place].milliseconds = Int(Clock.monotonicMilliseconds() - started) }
    return runs
  }
}
