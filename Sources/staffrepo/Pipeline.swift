import FileStore
import GitStore
import Glibc
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
    /// Seconds to wait for another process that publishes; `nil`: as long as it takes.
    var patience: Double?
  }

  let workspace: Workspace
  let options: Options
  let now: Instant

  /// - Returns: `nil` when another process publishes all the time.
  func run() throws -> PublishReport? {
    guard let lock = try workspace.publishingLock(waiting: options.patience) else { return nil }
    lock.sign("publish \(getpid())")
    defer { withExtendedLifetime(lock) {} }
    let clock = RunningClock(started: now)
    let ledger = try Ledger.open(workspace.ledgerPath)
    var report = try round(ledger, clock)
    // Whoever pushed meanwhile may have given up waiting for the lock.
    while try workspace.tip().commit != report.commit {
      let next = try round(ledger, clock)
      report.add(next)
    }
    try ring(report, ledger, clock.now)
    return report
  }

  private func round(_ ledger: Ledger, _ clock: RunningClock) throws -> PublishReport {
    let tip = try workspace.tip()
    do {
      try workspace.remember(branch: tip.branch)
    } catch {
      // Publishing matters more; a push could only put another branch in its place.
      Terminal.warning("The published branch cannot be remembered in the repository's settings: \(error)")
    }
    let recording = Recording(workspace: workspace, from: options.from, now: clock.now)
    let published = try recording.run(upTo: tip.commit, in: ledger)
    let targets = try Targets(workspace)
    var report = PublishReport(tip: tip, position: try ledger.position(), published)
    let (target, followsSchedule) = (options.target, options.followsSchedule)
    let delivering = Delivering(workspace: workspace, target: target, deadline: options.deadline, clock: clock)
    report.deliveries = try delivering.run(from: ledger, to: targets)
    let exporting = Exporting(
      workspace: workspace, target: target, followsSchedule: followsSchedule, now: clock.now)
    report.exports = try exporting.run(published, position: report.position, in: ledger)
    if let staff = published.staff {
      report.sends = try Sending(workspace, staff, at: tip.commit, target: target, clock: clock).run(in: ledger)
    }
    report.unsent = try ledger.sendsWaiting().filter { (target ?? $0.target) == $0.target }
    let switchedOff = Set(targets.subscriptions.filter { !$0.isActive }.map(\.target))
    func isWanted(_ name: String) -> Bool { !switchedOff.contains(name) && (options.target ?? name) == name }
    report.waiting = try ledger.targetsWaiting().filter(isWanted)
    report.givenUp = try targets.subscriptions.map(\.target).filter { name in
      try isWanted(name) && ledger.deadCount(of: name) > 0
    }
    return report
  }

  private func ring(_ report: PublishReport, _ ledger: Ledger, _ now: Instant) throws {
    let troubles = try Trouble.all(
      workspace, Journal(workspace.repository).last, Targets(workspace), in: ledger, at: now)
    try AlarmBell(command: workspace.alarmCommand, ledger: ledger, now: now).ring(troubles)
    try ledger.prune(before: now.adding(seconds: -86_400 * Int64(workspace.keptDays())))
  }
}

/// What one run did.
struct PublishReport {
  let branch: String
  private(set) var commit: OID
  private(set) var position: Int
  private(set) var recorded: [Recording.Recorded]
  private(set) var held: [HeldRecord]
  /// Why the branch is not published up to its newest commit.
  private(set) var hold: Hold?
  var deliveries = Courier.Summary()
  var exports: [ExportRun] = []
  /// What was tried to be sent to destinations.
  var sends: [ExportSend] = []
  /// Sets that still wait for their destinations.
  var unsent: [ExportSend] = []
  /// Endpoints for which something waits.
  var waiting: [String] = []
  /// Endpoints for which something was given up, now or before.
  var givenUp: [String] = []

  init(tip: (branch: String, commit: OID), position: Int, _ published: Published) {
    branch = tip.branch
    commit = tip.commit
    self.position = position
    recorded = published.recorded
    held = published.staff?.held ?? []
    hold = published.hold
  }

  var hasFailed: Bool {
    hold != nil || !waiting.isEmpty || !givenUp.isEmpty || exports.contains { $0.error != nil } || !unsent.isEmpty
  }

  /// What came in the meantime as well.
  fileprivate mutating func add(_ next: PublishReport) {
    (commit, position, held, hold) = (next.commit, next.position, next.held, next.hold)
    (waiting, givenUp, unsent) = (next.waiting, next.givenUp, next.unsent)
    sends = sends.filter { done in !next.sends.contains { $0.target == done.target } } + next.sends
    recorded += next.recorded
    exports = exports.filter { done in !next.exports.contains { $0.target == done.target } } + next.exports
    deliveries.delivered += next.deliveries.delivered
    deliveries.failed += next.deliveries.failed
    deliveries.dead += next.deliveries.dead
    deliveries.superseded += next.deliveries.superseded
  }
}
