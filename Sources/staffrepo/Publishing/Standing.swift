import FileStore
import GitStore
import Journal
import Ledger
import Publishers
import RecordSchema
import Records

/// How far each target is.
struct Standing {
  enum State: String {
    case active, pending, failed, overdue, disabled
  }

  struct Target {
    let name: String
    let state: State
    /// The records say so: `enabled: false`, `is_active: false`.
    let isSwitchedOff: Bool
    let lastSync: Instant?
    let commit: String?
    /// Commits of the branch that the target has not got yet.
    let behind: Int?
    /// Seconds for which the oldest of what the target lacks has waited.
    let lag: Int?
    let error: String?
    /// When what waits is tried next.
    var nextAttempt: Instant?
    /// When files are written next; `nil`: with the next publication.
    var nextRun: Instant?
    /// It has all that is published.
    var isCurrent = false
    var metadata: [JSON.Member]
    /// Somebody else's place gets its files, rather than it taking them.
    var isSent = false
  }

  let now: Instant
  let branch: String
  let tip: OID
  let journal: JournalEntry?
  /// Commits of the branch that are not published yet; `nil` when the branch was rewritten.
  let behind: Int?
  let targets: [Target]
  let held: [HeldRecord]
  /// What somebody has to know of, the oldest first.
  let alarms: [Alarm]
  /// The process that follows the branch, if one does.
  let daemon: Int?
  /// There were publications, and what became of them is not known any more.
  let hasLostLedger: Bool
  /// How many days of which nothing was told have begun; below zero: the journal is ahead of the calendar.
  let unsettledDays: Int?
}

extension Standing {
  init(_ workspace: Workspace, at now: Instant) throws {
    self.now = now
    let tip = try workspace.tip()
    let journal = try Journal(workspace.repository)
    let ledger = try Ledger.openForReading(workspace.ledgerPath)
    let reader = StandingReader(
      workspace: workspace, ledger: ledger, tip: tip.commit, journal: journal.last, now: now)
    let targets = try Targets(workspace)
    branch = tip.branch
    self.tip = tip.commit
    self.journal = journal.last
    behind = try reader.distance(from: journal.last?.to)
    self.targets =
      try targets.subscriptions.map(reader.target) + targets.systems.map { try reader.target($0, targets) }
    held = journal.last?.held ?? []
    let known = Dictionary(try ledger?.alarms().map { ($0.key, $0.raised) } ?? []) { $1 }
    // As it is now, whether or not anything runs that would ring them.
    let troubles = try ledger.map { try Trouble.all(workspace, journal.last, targets, in: $0, at: now) } ?? []
    alarms = troubles.map { Alarm(key: $0.key, target: $0.target, text: $0.text, raised: known[$0.key] ?? now) }
    daemon = workspace.daemon()
    hasLostLedger = ledger == nil && journal.last != nil
    let zone = try workspace.configuration(at: tip.commit).organisation.timeZone
    unsettledDays = journal.last.map { Int(zone.date(at: now).dayNumber) - Int($0.settled.dayNumber) }
  }

  /// Nothing more is to be tried now.
  ///
  /// - Parameter withFiles: all files were asked for, whatever their schedule.
  func isDone(at now: Instant, withFiles: Bool) -> Bool {
    return targets.allSatisfy { target in
      guard target.state != .disabled else { return true }
      if target.name.hasPrefix("export/") {
        let isSettled = target.nextAttempt.map { $0 > now } ?? true
        return (!withFiles || target.isCurrent || target.state == .failed) && isSettled
      }
      if target.state == .active { return true }
      return target.nextAttempt.map { $0 > now } ?? (target.error != nil)
    }
  }

  var json: JSON {
    [
      "branch": .string(branch), "commit": .string(tip.description),
      "journal": journal.map {
        [
          "position": .int($0.position), "commit": .string($0.to.description),
          "settled": .string($0.settled.description),
        ]
      } ?? .null, "behind": .optional(behind), "targets": .array(targets.map { $0.json(held: held) }),
      "held": .array(held.map(\.json)), "hold": journal?.hold?.json ?? .null,
      "alarms": .array(
        alarms.map {
          [
            "alarm": .string($0.key), "target": .optional($0.target), "since": .string($0.raised.description),
            "text": .string($0.text),
          ]
        }), "daemon": .optional(daemon), "unsettled_days": .optional(unsettledDays),
    ]
  }
}

extension Standing.Target {
  /// - Parameter held: a record whose last good state stays in force is so for every target.
  func json(held: [HeldRecord]) -> JSON {
    [
      "target": .string(name), "status": .string(state.rawValue), "last_sync": .optional(lastSync?.description),
      "commit": .optional(commit), "behind": .optional(behind), "lag_seconds": .optional(lag),
      "error": .optional(error),
      "held": .array(held.map(\.json)), "metadata": .object(metadata),
    ]
  }
}

private struct StandingReader {
  let workspace: Workspace
  let ledger: Ledger?
  let tip: OID
  let journal: JournalEntry?
  let now: Instant

  private var hold: Hold? { journal?.hold }

  /// Commits from one on to the tip; everything when there was none before.
  func distance(from commit: OID?) throws -> Int? {
    try workspace.repository.firstParentChain(from: commit, to: tip)?.count
  }

  func target(_ subscription: Subscription) throws -> Standing.Target {
    let name = subscription.target
    let counts = try ledger?.counts(of: name) ?? [:]
    let trouble = try ledger?.oldestTrouble(of: name)
    let newest = try ledger?.newestDelivered(to: name)
    let fault = faultOfSecrets(subscription)
    let disabled = try ledger?.disabledReason(of: name)
    let waiting = counts[.pending] ?? 0
    let position = try ledger?.position() ?? 0
    let state: Standing.State =
      if !subscription.isActive || disabled != nil {
        .disabled
      } else if fault != nil || counts[.dead] ?? 0 > 0
        || trouble?.state == .pending
      { .failed } else if waiting > 0 || position == 0 || hold != nil { .pending } else { .active }
    let synced = try waiting == 0 ? ledger?.lastPublished() : nil
    return Standing.Target(
      name: name, state: state, isSwitchedOff: !subscription.isActive, lastSync: newest?.finished,
      commit: synced?.commit ?? newest.flatMap(commit),
      behind: try waiting == 0 ? distance(from: synced.flatMap { OID($0.commit) }) : nil,
      lag: try ledger?.oldestWaiting(for: name).map { max(0, Int(now.seconds - $0.seconds)) },
      error: fault ?? disabled ?? trouble.flatMap(\.lastError) ?? hold.map { "held: \(HoldText.reasons($0))" },
      nextAttempt: trouble?.state == .pending ? trouble?.nextAttempt : nil,
      metadata: [
        .init("delivered", .int(counts[.delivered] ?? 0)), .init("pending", .int(waiting)),
        .init("dead", .int(counts[.dead] ?? 0)), .init("superseded", .int(counts[.superseded] ?? 0)),
        .init("url", .string(subscription.url)),
        .init("next_attempt", .optional(trouble?.state == .pending ? trouble?.nextAttempt.description : nil)),
      ])
  }

  private func commit(_ delivery: Delivery) -> String? { try? ledger?.commit(of: delivery) }

  private func faultOfSecrets(_ subscription: Subscription) -> String? {
    do {
      _ = try workspace.secrets(subscription.secrets)
      return nil
    } catch {
      return "\(error)"
    }
  }

  func target(_ system: Configuration.SystemSettings, _ targets: Targets) throws -> Standing.Target {
    let turn = try targets.turn(of: system, after: journal, in: ledger, at: now)
    let good = turn.last
    let isOverdue = try turn.isOverdue(at: now, freshness: workspace.freshness())
    let state: Standing.State =
      if !system.isEnabled { .disabled } else if turn.failed != nil { .failed } else if isOverdue {
        .overdue
      } else if good == nil || hold != nil { .pending } else { .active }
    let next = system.isEnabled ? turn.nextRun(at: now) : nil
    let name = "export/\(system.name)"
    let written = Standing.Target(
      name: name, state: state, isSwitchedOff: !system.isEnabled, lastSync: good?.at, commit: good?.commit,
      behind: try distance(from: good.flatMap { OID($0.commit) }),
      lag: system.isEnabled ? turn.lacking(at: now).map { Int(now.seconds - $0.seconds) } : nil,
      error: turn.failed?.error ?? hold.map { "held: \(HoldText.reasons($0))" },
      nextRun: next, isCurrent: turn.isCurrent,
      metadata: [
        .init("files", .optional(good?.files)), .init("rows", .optional(good?.rows)),
        .init("bytes", .optional(good?.bytes)), .init("duration_ms", .optional(good?.milliseconds)),
        .init("as_of", .optional(good?.asOf.description)), .init("folder", .optional(good?.folder)),
        .init("digest", .optional(good?.digest)), .init("schedule", .string(system.schedule.description)),
        .init("checked", .optional(good?.done.description)), .init("next_run", .optional(next?.description)),
      ])
    guard system.isEnabled, Destinations(workspace: workspace).destination(of: system) != nil, let ledger else {
      return written
    }
    let arrived = try ledger.newestSend(to: name, arrived: true)
    return written.sent(
      try ledger.newestSend(to: name), arrived: arrived, behind: try distance(from: arrived.flatMap { OID($0.commit) }),
      written: good?.folder, now: now)
  }
}
