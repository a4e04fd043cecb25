import GRDB
import RecordSchema

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

extension Ledger {
  /// Writes the results of several attempts, all or none.
  ///
  /// - Returns: how many waiting events a delivered person.deactivated overtook. They end in the same transaction: sent
  ///   after it, an older event would make the person active again.
  @discardableResult
  public func record(_ results: [AttemptResult]) throws -> Int {
    guard !results.isEmpty else { return 0 }
    return try write { database in
      var superseded = 0
      for result in results {
        try Self.record(result, in: database)
        if result.state == .delivered, result.delivery.name == EventName.personDeactivated.rawValue {
          superseded += try Self.supersede(before: result.delivery, at: result.at, in: database)
        }
        if result.disables { try Self.disable(result.delivery.target, at: result.at, in: database) }
      }
      return superseded
    }
  }

  private static func record(_ result: AttemptResult, in database: Database) throws {
    let update = try RawStatement(
      database,
      """
      UPDATE delivery SET state = ?, attempts = attempts + 1, step = ?,
        first_attempt_at = coalesce(first_attempt_at, ?), next_attempt_at = ?, last_status = ?, last_error = ?,
        finished_at = ? WHERE id = ?
      """)
    update.bind(1, result.state.rawValue)
    update.bind(2, result.step)
    update.bind(3, result.at.milliseconds)
    update.bind(4, result.nextAttempt.milliseconds)
    update.bind(5, result.status)
    update.bind(6, result.error)
    update.bind(7, result.state == .pending ? nil : result.at.milliseconds)
    update.bind(8, result.delivery.id)
    try update.run()
    let insert = try RawStatement(
      database, "INSERT INTO attempt (delivery, at, status, error, milliseconds) VALUES (?, ?, ?, ?, ?)")
    insert.bind(1, result.delivery.id)
    insert.bind(2, result.at.milliseconds)
    insert.bind(3, result.status)
    insert.bind(4, result.error)
    insert.bind(5, result.milliseconds)
    try insert.run()
  }

  private static func supersede(before delivery: Delivery, at now: Instant, in database: Database) throws -> Int {
    try database.cachedStatement(
      sql: """
        UPDATE delivery INDEXED BY delivery_queue SET state = 'superseded', finished_at = ?,
          last_error = 'A later person.deactivated was sent before it.'
        WHERE state = 'pending' AND target = ? AND kind = ? AND record_id = ? AND (position, number) < (?, ?)
        """
    ).execute(arguments: [
      now.milliseconds, delivery.target, delivery.kind, delivery.recordID, delivery.position, delivery.number,
    ])
    return database.changesCount
  }

  private static func disable(_ target: String, at now: Instant, in database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO endpoint (target, disabled_reason, disabled_at) VALUES (?, ?, ?)
        ON CONFLICT (target) DO UPDATE SET disabled_reason = excluded.disabled_reason,
          disabled_at = excluded.disabled_at
        """,
      arguments: [
        target, "The endpoint answered 410 Gone. To send there again, change its url in the records.",
        now.milliseconds,
      ])
  }
}
