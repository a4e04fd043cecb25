import GRDB
import RecordSchema

/// One set of files on its way to its destination.
public struct ExportSend: Sendable, Equatable {
  public enum State: String, Sendable {
    case pending, sent
    /// The destination had every file of it already.
    case same
    /// A newer set took its place before it was there.
    case superseded
    /// Its system has no such destination any more.
    case cancelled
  }

  public var id: Int64 = 0
  public let target: String
  /// The destination, without secrets.
  public let place: String
  public let set: String
  /// Of its manifest.
  public let digest: String
  public let position: Int
  public let commit: String
  public let asOf: CalendarDate
  public let queued: Instant
  public var state = State.pending
  /// Sent whatever is there.
  public var isForced = false
  public var attempts = 0
  public var step = 0
  public var lastAttempt: Instant?
  public var nextAttempt: Instant
  /// When the first of the attempts that failed in a row did, be they of this set or of those before it.
  public var failingSince: Instant?
  public var bytes: Int?
  public var milliseconds: Int?
  public var error: String?
  public var finished: Instant?
  /// The set's folder at the destination; of one that is the same as another, that one's.
  public var folder: String?

  public init(
    target: String, place: String, set: String, digest: String, position: Int, commit: String, asOf: CalendarDate,
    at now: Instant
  ) {
    self.target = target
    self.place = place
    self.set = set
    self.digest = digest
    self.position = position
    self.commit = commit
    self.asOf = asOf
    queued = now
    nextAttempt = now
  }
}

extension ExportSend: FetchableRecord {
  public init(row: Row) throws {
    let state: String = row["state"]
    guard let known = State(rawValue: state) else { throw LedgerError("The ledger knows a state '\(state)'.") }
    id = row["id"]
    target = row["target"]
    place = row["place"]
    set = row["set"]
    digest = row["digest"]
    position = row["position"]
    commit = row["commit"]
    asOf = CalendarDate(row["as_of"] as String) ?? CalendarDate(dayNumber: 0)
    queued = Instant(milliseconds: row["queued_at"])
    self.state = known
    isForced = row["is_forced"]
    attempts = row["attempts"]
    step = row["step"]
    lastAttempt = (row["last_attempt_at"] as Int64?).map(Instant.init(milliseconds:))
    nextAttempt = Instant(milliseconds: row["next_attempt_at"])
    failingSince = (row["failing_since"] as Int64?).map(Instant.init(milliseconds:))
    bytes = row["bytes"]
    milliseconds = row["milliseconds"]
    error = row["error"]
    finished = (row["finished_at"] as Int64?).map(Instant.init(milliseconds:))
    folder = row["folder"]
  }
}

extension Ledger {
  /// The newest set that was to be sent, or that was.
  public func newestSend(to target: String, arrived: Bool = false) throws -> ExportSend? {
    try sends(to: target, arrived: arrived, limit: 1).first
  }

  /// Newest first.
  public func sends(
    to target: String, state: ExportSend.State? = nil, arrived: Bool = false, limit: Int
  ) throws -> [ExportSend] {
    try read { database in
      try ExportSend.fetchAll(
        database,
        sql: """
          SELECT * FROM export_send WHERE target = ? AND (? IS NULL OR state = ?)
            AND (? = 0 OR state IN ('sent', 'same')) ORDER BY id DESC LIMIT ?
          """, arguments: [target, state?.rawValue, state?.rawValue, arrived ? 1 : 0, limit])
    }
  }

  /// A set is to be sent; what waits for the same target is not needed any more. After failures, the schedule goes on where
  /// it was: a new set is no reason to think that the destination works, but reason enough to ask a little earlier.
  public func queue(_ send: ExportSend) throws {
    try write { database in
      let before = try ExportSend.fetchOne(
        database, sql: "SELECT * FROM export_send WHERE target = ? AND state = 'pending' ORDER BY id DESC",
        arguments: [send.target])
      try Self.end(send.target, as: .superseded, at: send.queued, in: database)
      var send = send
      // Who asked for a set to be sent whatever is there gets the newer one so.
      if let before, before.place == send.place { send.isForced = send.isForced || before.isForced }
      if let before, before.place == send.place, let last = before.lastAttempt {
        send.failingSince = before.failingSince
        send.error = before.error
        send.step = before.step
        send.nextAttempt = min(before.nextAttempt, max(send.queued, last.adding(seconds: 60)))
      }
      try database.execute(
        sql: """
          INSERT INTO export_send (target, place, "set", digest, position, "commit", as_of, queued_at, state, is_forced,
            attempts, step, next_attempt_at, failing_since, error, finished_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)
          """,
        arguments: [
          send.target, send.place, send.set, send.digest, send.position, send.commit, send.asOf.description,
          send.queued.milliseconds, send.state.rawValue, send.isForced, send.step, send.nextAttempt.milliseconds,
          send.failingSince?.milliseconds, send.error, send.finished?.milliseconds,
        ])
    }
  }

  /// Writes what became of an attempt. What was superseded meanwhile and did arrive counts as sent.
  public func record(_ send: ExportSend) throws {
    try write { database in
      try database.execute(
        sql: """
          UPDATE export_send SET state = CASE WHEN ? = 'pending' AND state <> 'pending' THEN state ELSE ? END,
            attempts = ?, step = ?, last_attempt_at = ?, next_attempt_at = ?, failing_since = ?, bytes = ?,
            milliseconds = ?, error = ?, finished_at = coalesce(?, finished_at),
            folder = ?, is_forced = is_forced * (? IS NULL) WHERE id = ?
          """,
        arguments: [
          send.state.rawValue, send.state.rawValue, send.attempts, send.step, send.lastAttempt?.milliseconds,
          send.nextAttempt.milliseconds, send.failingSince?.milliseconds, send.bytes, send.milliseconds, send.error,
          send.finished?.milliseconds, send.folder, send.finished?.milliseconds, send.id,
        ])
    }
  }

  /// Ends what waits for a target, since it has no such destination any more.
  public func cancelSends(to target: String, at now: Instant) throws {
    guard try newestSend(to: target)?.state == .pending else { return }
    try write { try Self.end(target, as: .cancelled, at: now, in: $0) }
  }

  private static func end(
    _ target: String, as state: ExportSend.State, at now: Instant, in database: Database
  ) throws {
    try database.execute(
      sql: "UPDATE export_send SET state = ?, finished_at = ? WHERE target = ? AND state = 'pending'",
      arguments: [state.rawValue, now.milliseconds, target])
  }

  /// Has a target's newest set be sent as soon as it can be, or once more.
  ///
  /// - Parameter isForced: whatever the destination has.
  /// - Returns: the set; `nil` when there is none.
  public func hurrySend(to target: String, isForced: Bool, at now: Instant) throws -> ExportSend? {
    guard let newest = try newestSend(to: target) else { return nil }
    try write { database in
      try database.execute(
        sql: """
          UPDATE export_send SET state = 'pending', finished_at = NULL, next_attempt_at = ?,
            is_forced = max(is_forced, ?) WHERE id = ?
          """, arguments: [now.milliseconds, isForced ? 1 : 0, newest.id])
    }
    return newest
  }

  /// Targets for which a set waits.
  public func sendsWaiting() throws -> [ExportSend] {
    try read { database in
      try ExportSend.fetchAll(
        database,
        sql: "SELECT * FROM export_send INDEXED BY export_send_waiting WHERE state = 'pending' ORDER BY target")
    }
  }
}
