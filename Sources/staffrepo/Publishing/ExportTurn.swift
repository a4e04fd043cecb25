import Journal
import Ledger
import RecordSchema

/// Whose turn it is: when a system is to be given its next set of files.
struct ExportTurn {
  /// What a set is of.
  struct Contents: Equatable {
    let position: Int
    let commit: String
    let asOf: CalendarDate
  }

  enum Answer: Equatable {
    case notYet
    /// It is time, and the newest set holds everything already.
    case nothingNew
    case write
  }

  let schedule: Schedule
  let zone: TimeZoneRules
  /// What a set that is written now would be of; `nil`: nothing is published.
  let wanted: Contents?
  /// The newest set that was written.
  let last: ExportRun?
  /// The newest try, when it failed.
  let failed: ExportRun?
  private let failures: Int
  /// When the first publication that the newest set lacks was recorded.
  private let published: Instant?

  init(_ system: Configuration.SystemSettings, _ zone: TimeZoneRules, wanted: Contents?, in ledger: Ledger?) throws {
    let target = "export/\(system.name)"
    schedule = system.schedule
    (self.zone, self.wanted) = (zone, wanted)
    last = try ledger?.newestExport(of: target, succeeded: true)
    failed = try ledger?.newestExport(of: target).flatMap { $0.error == nil ? nil : $0 }
    failures = try failed == nil ? 0 : ledger?.exportFailures(of: target) ?? 0
    published = try ledger?.published(after: last?.position ?? 0)
  }

  /// The newest set is of what is in force now.
  var isCurrent: Bool {
    last.map { Contents(position: $0.position, commit: $0.commit, asOf: $0.asOf) } == wanted && wanted != nil
  }

  /// - Parameter isThere: the newest set's files are where they should be.
  func answer(at now: Instant, isThere: Bool) -> Answer {
    if isWaiting(at: now) { return .notYet }
    guard isThere, last != nil else { return .write }
    guard isDue(at: now) else { return .notYet }
    return isCurrent ? .nothingNew : .write
  }

  private func isDue(at now: Instant) -> Bool {
    guard let last, !isAhead(last, of: now) else { return true }
    return schedule.nextRun(after: done(last), in: zone).map { now >= $0 } ?? true
  }

  /// A run with a wrong clock left a time that is to come; that is no reason to wait for it. By some minutes a clock may be
  /// corrected without a second run.
  private func isAhead(_ last: ExportRun, of now: Instant) -> Bool {
    last.done.milliseconds - now.milliseconds > 300_000
  }

  /// To the second: a timer that comes a moment early has come.
  private func done(_ last: ExportRun) -> Instant { Instant(seconds: last.done.seconds) }

  // MARK: After a failure

  /// What failed is tried again after a pause, or when something else is published.
  private func isWaiting(at now: Instant) -> Bool {
    guard let failed, let retry, failed.position == wanted?.position else { return false }
    return now < retry && failed.at <= now
  }

  /// Ever later, an hour at most.
  private var retry: Instant? {
    failed.map { Instant(seconds: $0.at.seconds).adding(seconds: min(3600, 60 << Int64(min(failures - 1, 6)))) }
  }

  // MARK: For those who look

  /// When it is written next; `nil`: when something is published. What is past is due.
  func nextRun(at now: Instant) -> Instant? {
    if wanted == nil { return nil }
    if let retry { return retry }
    guard let last else { return published }
    guard let next = schedule.nextRun(after: done(last), in: zone) else { return nil }
    if isAhead(last, of: now) { return now }
    return isCurrent && next <= now ? schedule.nextRun(after: now, in: zone) : next
  }

  /// Since when the system should have had a newer set; `nil`: it has what it should.
  func lacking(at now: Instant) -> Instant? {
    guard wanted != nil, !isCurrent else { return nil }
    guard let last else { return published }
    let nextDay = zone.firstInstant(of: last.asOf.adding(days: 1))
    // Neither before there was something new, nor before its time.
    let isNewDay = wanted.map { $0.asOf > last.asOf } ?? false
    let new = [published, isNewDay ? nextDay : nil].compactMap(\.self).min() ?? last.done
    let since = max(new, schedule.nextRun(after: done(last), in: zone) ?? new)
    return since <= now ? since : nil
  }

  /// - Parameter freshness: seconds after which what is late is overdue.
  func isOverdue(at now: Instant, freshness: Int) -> Bool {
    lacking(at: now).map { now.seconds - $0.seconds > Int64(freshness) } ?? false
  }
}
