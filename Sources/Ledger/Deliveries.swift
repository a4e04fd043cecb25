import FoundationEssentials
import GRDB
import RecordSchema

/// One event on its way to one endpoint.
public struct Delivery: Sendable, Equatable {
  public enum State: String, Sendable {
    case pending, delivered
    /// Given up after the whole schedule of attempts.
    case dead
    /// A later person.deactivated was sent before it.
    case superseded
    /// The subscription is gone from the branch's tip.
    case cancelled
  }

  public let id: Int64
  public let target: String
  public let eventID: String
  public let position: Int
  public let number: Int
  public let name: String
  public let kind: String
  public let recordID: Int
  public let subject: String
  public let format: Subscription.Format
  /// The event's own time.
  public let happened: Instant
  public let body: [UInt8]
  public var state: State
  public var attempts: Int
  /// How far along the schedule of attempts it is.
  public var step: Int
  public var firstAttempt: Instant?
  public var nextAttempt: Instant
  public var lastStatus: Int?
  public var lastError: String?
  public let finished: Instant?
}

/// What a delivery is before the ledger knows it.
public struct NewDelivery: Sendable {
  public let target: String
  public let eventID: String
  public let number: Int
  public let name: String
  public let kind: RecordKind
  public let recordID: Int
  public let subject: String
  public let format: Subscription.Format
  /// The event's own time.
  public let happened: Instant
  public let body: [UInt8]

  public init(
    target: String, eventID: String, number: Int, name: String, kind: RecordKind, recordID: Int, subject: String,
    format: Subscription.Format, happened: Instant, body: [UInt8]
  ) {
    self.target = target
    self.eventID = eventID
    self.number = number
    self.name = name
    self.kind = kind
    self.recordID = recordID
    self.subject = subject
    self.format = format
    self.happened = happened
    self.body = body
  }
}

/// What came of one attempt.
public struct AttemptResult: Sendable {
  public var delivery: Delivery
  public var at: Instant
  public var status: Int?
  public var error: String?
  public var milliseconds: Int
  public var state: Delivery.State
  public var step: Int
  public var nextAttempt: Instant
  /// The endpoint asked never to be called again (410).
  public var disables: Bool

  public init(
    delivery: Delivery, at: Instant, status: Int?, error: String?, milliseconds: Int, state: Delivery.State, step: Int,
    nextAttempt: Instant, disables: Bool
  ) {
    self.delivery = delivery
    self.at = at
    self.status = status
    self.error = error
    self.milliseconds = milliseconds
    self.state = state
    self.step = step
    self.nextAttempt = nextAttempt
    self.disables = disables
  }
}

extension Delivery: FetchableRecord {
  public init(row: Row) throws {
    id = row["id"]
    target = row["target"]
    eventID = row["event_id"]
    position = row["position"]
    number = row["number"]
    name = row["name"]
    kind = row["kind"]
    recordID = row["record_id"]
    subject = row["subject"]
    format = (row["format"] as String?).flatMap(Subscription.Format.init) ?? .staffService
    happened = Instant(milliseconds: row["happened_at"])
    body = (row["body"] as Data?).map { Array($0) } ?? []
    state = (row["state"] as String?).flatMap(State.init) ?? .pending
    attempts = row["attempts"]
    step = row["step"]
    firstAttempt = (row["first_attempt_at"] as Int64?).map(Instant.init(milliseconds:))
    nextAttempt = Instant(milliseconds: row["next_attempt_at"])
    lastStatus = row["last_status"]
    lastError = row["last_error"]
    finished = (row["finished_at"] as Int64?).map(Instant.init(milliseconds:))
  }
}

extension Ledger {
  /// The next deliveries to one endpoint, in the order of their events.
  public func waiting(for target: String, after: (position: Int, number: Int), limit: Int) throws -> [Delivery] {
    try database.read { database in
      try Delivery.fetchAll(
        database,
        sql: """
          SELECT * FROM delivery WHERE state = 'pending' AND target = ? AND (position, number) > (?, ?)
          ORDER BY position, number LIMIT ?
          """, arguments: [target, after.position, after.number, limit])
    }
  }

  /// Endpoints for which something waits.
  public func targetsWaiting() throws -> [String] {
    try database.read { database in
      try String.fetchAll(
        database, sql: "SELECT DISTINCT target FROM delivery WHERE state = 'pending' ORDER BY target")
    }
  }

  /// Writes the results of several attempts, all or none.
  ///
  /// - Parameter superseded: what a person.deactivated among them overtook. In the same transaction: sent after it, an
  ///   older event would make the person active again.
  public func record(_ results: [AttemptResult], superseding superseded: [Int64] = [], at now: Instant) throws {
    guard !results.isEmpty else { return }
    try database.write { database in
      try Self.finish(superseded, .superseded, "A later person.deactivated was sent before it.", now, in: database)
      for result in results {
        try database.execute(
          sql: """
            UPDATE delivery SET state = ?, attempts = attempts + 1, step = ?,
              first_attempt_at = coalesce(first_attempt_at, ?), next_attempt_at = ?, last_status = ?, last_error = ?,
              finished_at = ? WHERE id = ?
            """,
          arguments: [
            result.state.rawValue, result.step, result.at.milliseconds, result.nextAttempt.milliseconds, result.status,
            result.error, result.state == .pending ? nil : result.at.milliseconds, result.delivery.id,
          ])
        try database.execute(
          sql: "INSERT INTO attempt (delivery, at, status, error, milliseconds) VALUES (?, ?, ?, ?, ?)",
          arguments: [
            result.delivery.id, result.at.milliseconds, result.status, result.error, result.milliseconds,
          ])
        if result.disables {
          try database.execute(
            sql: """
              INSERT INTO endpoint (target, disabled_reason, disabled_at) VALUES (?, ?, ?)
              ON CONFLICT (target) DO UPDATE SET disabled_reason = excluded.disabled_reason,
                disabled_at = excluded.disabled_at
              """,
            arguments: [
              result.delivery.target,
              "The endpoint answered 410 Gone. To send there again, change its url in the records.",
              result.at.milliseconds,
            ])
        }
      }
    }
  }

  /// Ends what waits without sending it.
  public func finish(_ deliveries: [Int64], as state: Delivery.State, reason: String, at now: Instant) throws {
    guard !deliveries.isEmpty else { return }
    try database.write { try Self.finish(deliveries, state, reason, now, in: $0) }
  }

  private static func finish(
    _ deliveries: [Int64], _ state: Delivery.State, _ reason: String, _ now: Instant, in database: Database
  ) throws {
    for id in deliveries {
      try database.execute(
        sql: "UPDATE delivery SET state = ?, last_error = ?, finished_at = ? WHERE id = ? AND state = 'pending'",
        arguments: [state.rawValue, reason, now.milliseconds, id])
    }
  }

  /// Why an endpoint is not called any more; `nil` when it is.
  public func disabledReason(of target: String) throws -> String? {
    try database.read { database in
      try String.fetchOne(
        database, sql: "SELECT disabled_reason FROM endpoint WHERE target = ?", arguments: [target])
    }
  }

  /// Calls an endpoint again after its address was changed.
  public func enable(_ target: String) throws {
    try database.write { database in
      try database.execute(
        sql: "UPDATE endpoint SET disabled_reason = NULL, disabled_at = NULL WHERE target = ?", arguments: [target])
    }
  }

  /// Remembers an endpoint's address; returns whether it is another one than before.
  public func noteAddress(_ url: String, of target: String) throws -> Bool {
    try database.write { database in
      let known = try String.fetchOne(database, sql: "SELECT url FROM endpoint WHERE target = ?", arguments: [target])
      guard known != url else { return false }
      try database.execute(
        sql: "INSERT INTO endpoint (target, url) VALUES (?, ?) ON CONFLICT (target) DO UPDATE SET url = excluded.url",
        arguments: [target, url])
      return known != nil
    }
  }

  /// Which deliveries a listing wants.
  public struct Filter: Sendable {
    public var target: String?
    public var state: Delivery.State?
    public var limit: Int

    public init(target: String? = nil, state: Delivery.State? = nil, limit: Int = 100) {
      self.target = target
      self.state = state
      self.limit = limit
    }
  }

  /// Newest first.
  public func deliveries(_ filter: Filter) throws -> [Delivery] {
    try database.read { database in
      try Delivery.fetchAll(
        database,
        sql: """
          SELECT * FROM delivery WHERE (? IS NULL OR target = ?) AND (? IS NULL OR state = ?)
          ORDER BY position DESC, number DESC, target LIMIT ?
          """,
        arguments: [
          filter.target, filter.target, filter.state?.rawValue, filter.state?.rawValue, filter.limit,
        ])
    }
  }

  public func attempts(of delivery: Int64) throws -> [(at: Instant, status: Int?, error: String?, milliseconds: Int)] {
    try database.read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM attempt WHERE delivery = ? ORDER BY at", arguments: [delivery]
      ).map { row in
        (Instant(milliseconds: row["at"]), row["status"], row["error"], row["milliseconds"])
      }
    }
  }
}
