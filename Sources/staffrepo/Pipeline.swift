import GitStore
import Journal
import Ledger
import Publishers
import RecordSchema
import Records

/// From what landed on the branch to what every system was told: the journal first, then the ledger, then deliveries and
/// export files.
struct Pipeline {
  struct Options {
    /// Publish what came after this commit; only before the first publication.
    var from: OID?
    /// Deliver or export to this target only.
    var target: String?
    /// Keep trying failed deliveries for so long; `nil`: try everything once.
    var deadline: Int?
    /// Write only those export files that are due by their schedule.
    var followsSchedule = false
  }

  let workspace: Workspace
  let options: Options
  let now: Instant

  func run() throws -> PublishReport {
    let lock = try workspace.publishingLock()
    defer { withExtendedLifetime(lock) {} }
    let tip = try workspace.tip()
    do {
      try workspace.remember(branch: tip.branch)
    } catch {
      // Publishing matters more; a push could only put another branch in its place.
      Terminal.warning("The published branch cannot be remembered in the repository's settings: \(error)")
    }
    let ledger = try Ledger.open(workspace.ledgerPath)
    let recording = Recording(workspace: workspace, from: options.from, now: now)
    let published = try recording.run(upTo: tip.commit, in: ledger)
    let targets = try Targets(workspace)
    var report = PublishReport(tip: tip, position: try ledger.position(), published)
    let (target, followsSchedule) = (options.target, options.followsSchedule)
    let delivering = Delivering(workspace: workspace, target: target, deadline: options.deadline, now: now)
    report.deliveries = try delivering.run(from: ledger, to: targets)
    let exporting = Exporting(workspace: workspace, target: target, followsSchedule: followsSchedule, now: now)
    report.exports = try exporting.run(published, position: report.position, in: ledger)
    let switchedOff = Set(targets.subscriptions.filter { !$0.isActive }.map(\.target))
    report.waiting = try ledger.targetsWaiting().filter {
      !switchedOff.contains($0) && (options.target ?? $0) == $0
    }
    return report
  }
}

/// What one run did.
struct PublishReport {
  let branch: String
  let commit: OID
  let position: Int
  let recorded: [Recording.Recorded]
  let held: [HeldRecord]
  /// Why the branch is not published up to its newest commit.
  let hold: Hold?
  var deliveries = Courier.Summary()
  var exports: [ExportRun] = []
  /// Endpoints for which something waits.
  var waiting: [String] = []

  init(tip: (branch: String, commit: OID), position: Int, _ published: Published) {
    branch = tip.branch
    commit = tip.commit
    self.position = position
    recorded = published.recorded
    held = published.staff?.held ?? []
    hold = published.hold
  }

  var hasFailed: Bool { hold != nil || !waiting.isEmpty || deliveries.dead > 0 || exports.contains { $0.error != nil } }
}
