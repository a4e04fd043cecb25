import GRDB
import RecordSchema

/// What came of one attempt. A class: it goes through several hands, and a copy of a delivery is dear.
public final class AttemptResult: Sendable {
  public let delivery: Delivery
  public let at: Instant
  public let status: Int?
  public let error: String?
  public let milliseconds: Int
  public let state: Delivery.State
  public let step: Int
  public let nextAttempt: Instant
  /// The endpoint asked never to be called again (410).
  public let disables: Bool

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
      var tally = Tally()
      let statements = try Statements(database)
      for result in results {
        try statements.record(result, &tally)
        if result.state == .delivered, result.delivery.name == EventName.personDeactivated.rawValue {
          let count = try Self.supersede(before: result.delivery, at: result.at, in: database)
          tally.move(count, of: result.delivery.target, from: .pending, to: .superseded)
          superseded += count
        }
        if result.disables { try Self.disable(result.delivery.target, at: result.at, in: database) }
      }
      try tally.write(to: database)
      return superseded
    }
  }

  /// What is written for every result.
  private struct Statements {
    private let database: Database
    private let update: RawStatement
    private let insert: RawStatement

    init(_ database: Database) throws {
      self.database = database
      update = try RawStatement(
        database,
        """
        UPDATE delivery SET state = ?, attempts = attempts + 1, step = ?,
          first_attempt_at = coalesce(first_attempt_at, ?), next_attempt_at = ?, last_status = ?, last_error = ?,
          finished_at = ? WHERE id = ? AND state = ?
        """)
      insert = try RawStatement(
        database, "INSERT INTO attempt (delivery, at, status, error, milliseconds) VALUES (?, ?, ?, ?, ?)")
    }

    func record(_ result: AttemptResult, _ tally: inout Tally) throws {
      let delivery = result.delivery
      // While the request was under way somebody may have ended it; that it was sent counts more.
      let old = try move(result, from: .pending) ? .pending : try state(of: delivery)
      guard let old else { throw LedgerError("The ledger does not know the delivery \(delivery.id).") }
      if old != .pending { _ = try move(result, from: old) }
      tally.move(of: delivery.target, from: old, to: result.state)
      insert.bind(1, delivery.id)
      insert.bind(2, result.at.milliseconds)
      insert.bind(3, result.status)
      insert.bind(4, result.error)
      insert.bind(5, result.milliseconds)
      try insert.run()
    }

    private func move(_ result: AttemptResult, from state: Delivery.State) throws -> Bool {
      update.bind(1, result.state.rawValue)
      update.bind(2, result.step)
      update.bind(3, result.at.milliseconds)
      update.bind(4, result.nextAttempt.milliseconds)
      update.bind(5, result.status)
      update.bind(6, result.error)
      update.bind(7, result.state == .pending ? nil : result.at.milliseconds)
      update.bind(8, result.delivery.id)
      update.bind(9, state.rawValue)
      try update.run()
      return database.changesCount > 0
    }

    private func state(of delivery: Delivery) throws -> Delivery.State? {
      try String.fetchOne(
        database.cachedStatement(sql: "SELECT state FROM delivery WHERE id = ?"), arguments: [delivery.id]
      ).flatMap(Delivery.State.init)
    }
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
