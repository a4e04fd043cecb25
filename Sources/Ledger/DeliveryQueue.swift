import GRDB
import RecordSchema

/// What a queue knows of a delivery that waits: everything but the body.
public struct QueuedDelivery: Sendable, Equatable {
  public let id: Int64
  public let position: Int
  public let number: Int
  public let part: Int
  public let kind: RecordKind
  public let recordID: Int
  public let isDeactivation: Bool
  /// An attempt has failed since it began to wait.
  public var hasFailed: Bool
  public var nextAttempt: Instant
  /// A unit's event of the same commit or day, which comes first, waits as well.
  public var isBarred: Bool
}

extension QueuedDelivery {
  fileprivate init(_ row: RawRow) {
    id = row.integer64(0)
    position = row.integer(1)
    number = row.integer(2)
    part = row.integer(3)
    kind = RecordKind(rawValue: row.text(4)) ?? .person
    recordID = row.integer(5)
    isDeactivation = row.integer(6) != 0
    hasFailed = row.integer(7) != 0
    nextAttempt = Instant(milliseconds: row.integer64(8))
    isBarred = row.integer(9) != 0
  }

  fileprivate static let columns = """
    d.id, d.position, d.number, d.part, d.kind, d.record_id, d.name = 'person.deactivated',
    d.last_error IS NOT NULL, d.next_attempt_at, d.kind = 'person' AND EXISTS (
      SELECT 1 FROM delivery u INDEXED BY delivery_unit WHERE u.state = 'pending' AND u.kind = 'unit'
        AND u.target = d.target AND u.position = d.position AND u.part = d.part AND u.number < d.number)
    """
}

/// What waits in the ledger, as one transaction sees it. Each question is answered by an index.
public struct DeliveryQueue {
  private let database: Database
  private static let wholeDelivery = "SELECT \(Delivery.columns) FROM delivery d WHERE id = ? AND state = 'pending'"

  init(_ database: Database) { self.database = database }

  /// The next deliveries to one endpoint, in the order of their events.
  public func waiting(for target: String, after place: (position: Int, number: Int), limit: Int) throws
    -> [QueuedDelivery]
  {
    let statement = try RawStatement(
      database,
      """
      SELECT \(QueuedDelivery.columns) FROM delivery d INDEXED BY delivery_waiting
      WHERE d.state = 'pending' AND d.target = ? AND (d.position, d.number) > (?, ?)
      ORDER BY d.position, d.number LIMIT ?
      """)
    statement.bind(1, target)
    statement.bind(2, place.position)
    statement.bind(3, place.number)
    statement.bind(4, limit)
    return try statement.all(QueuedDelivery.init)
  }

  /// The same, of person.deactivated alone.
  public func urgent(for target: String, after place: (position: Int, number: Int), limit: Int) throws
    -> [QueuedDelivery]
  {
    let statement = try RawStatement(
      database,
      """
      SELECT \(QueuedDelivery.columns) FROM delivery d INDEXED BY delivery_urgent
      WHERE d.state = 'pending' AND d.name = 'person.deactivated' AND d.target = ?
        AND (d.position, d.number) > (?, ?)
      ORDER BY d.position, d.number LIMIT ?
      """)
    statement.bind(1, target)
    statement.bind(2, place.position)
    statement.bind(3, place.number)
    statement.bind(4, limit)
    return try statement.all(QueuedDelivery.init)
  }

  /// The earliest delivery about one record.
  public func first(for target: String, kind: RecordKind, recordID: Int) throws -> QueuedDelivery? {
    let statement = try RawStatement(
      database,
      """
      SELECT \(QueuedDelivery.columns) FROM delivery d INDEXED BY delivery_queue
      WHERE d.state = 'pending' AND d.target = ? AND d.kind = ? AND d.record_id = ?
      ORDER BY d.position, d.number LIMIT 1
      """)
    statement.bind(1, target)
    statement.bind(2, kind.rawValue)
    statement.bind(3, recordID)
    return try statement.first(QueuedDelivery.init)
  }

  /// The latest person.deactivated of one person.
  public func lastDeactivation(for target: String, person: Int) throws -> QueuedDelivery? {
    let statement = try RawStatement(
      database,
      """
      SELECT \(QueuedDelivery.columns) FROM delivery d INDEXED BY delivery_queue
      WHERE d.state = 'pending' AND d.target = ? AND d.kind = 'person' AND d.record_id = ?
        AND d.name = 'person.deactivated'
      ORDER BY d.position DESC, d.number DESC LIMIT 1
      """)
    statement.bind(1, target)
    statement.bind(2, person)
    return try statement.first(QueuedDelivery.init)
  }

  /// The first event of a unit in one commit or day.
  public func firstUnitEvent(for target: String, position: Int, part: Int) throws -> QueuedDelivery? {
    let statement = try RawStatement(
      database,
      """
      SELECT \(QueuedDelivery.columns) FROM delivery d INDEXED BY delivery_unit
      WHERE d.state = 'pending' AND d.kind = 'unit' AND d.target = ? AND d.position = ? AND d.part = ?
      ORDER BY d.number LIMIT 1
      """)
    statement.bind(1, target)
    statement.bind(2, position)
    statement.bind(3, part)
    return try statement.first(QueuedDelivery.init)
  }

  /// Whether an earlier event of the same person has failed.
  public func hasFailure(before delivery: QueuedDelivery, for target: String) throws -> Bool {
    let statement = try RawStatement(
      database,
      """
      SELECT EXISTS (
        SELECT 1 FROM delivery INDEXED BY delivery_queue WHERE state = 'pending' AND target = ? AND kind = ?
          AND record_id = ? AND (position, number) < (?, ?) AND last_error IS NOT NULL)
      """)
    statement.bind(1, target)
    statement.bind(2, delivery.kind.rawValue)
    statement.bind(3, delivery.recordID)
    statement.bind(4, delivery.position)
    statement.bind(5, delivery.number)
    return try statement.first { $0.integer(0) != 0 } ?? false
  }

  /// Whether a unit's event that comes before this one has failed, or waits itself for one that has.
  public func hasFailedBar(before delivery: QueuedDelivery, for target: String) throws -> Bool {
    let statement = try RawStatement(
      database,
      """
      SELECT EXISTS (
        SELECT 1 FROM delivery u INDEXED BY delivery_unit WHERE u.state = 'pending' AND u.kind = 'unit'
          AND u.target = ? AND u.position = ? AND u.part = ? AND u.number < ?
          AND EXISTS (
            SELECT 1 FROM delivery e INDEXED BY delivery_queue WHERE e.state = 'pending' AND e.target = u.target
              AND e.kind = 'unit' AND e.record_id = u.record_id AND (e.position, e.number) <= (u.position, u.number)
              AND e.last_error IS NOT NULL))
      """)
    statement.bind(1, target)
    statement.bind(2, delivery.position)
    statement.bind(3, delivery.part)
    statement.bind(4, delivery.number)
    return try statement.first { $0.integer(0) != 0 } ?? false
  }

  /// With its body; `nil` when it does not wait any more.
  public func delivery(_ id: Int64) throws -> Delivery? {
    let statement = try RawStatement(database, DeliveryQueue.wholeDelivery)
    statement.bind(1, id)
    return try statement.first(Delivery.init)
  }
}

extension Ledger {
  /// The transaction is a reading one beside whoever writes; it sees at least what was recorded when it began.
  public func queue<Result>(_ body: (DeliveryQueue) throws -> Result) throws -> Result {
    try readAside { try body(DeliveryQueue($0)) }
  }

  /// Endpoints for which something waits.
  public func targetsWaiting() throws -> [String] {
    try read { database in
      try String.fetchAll(
        database, sql: "SELECT target FROM tally WHERE state = 'pending' AND count > 0 ORDER BY target")
    }
  }

  /// Ends everything that waits for an endpoint, without sending it.
  public func finishAll(for target: String, as state: Delivery.State, reason: String, at now: Instant) throws {
    try write { database in
      try database.execute(
        sql: """
          UPDATE delivery SET state = ?, last_error = ?, finished_at = ? WHERE state = 'pending' AND target = ?
          """, arguments: [state.rawValue, reason, now.milliseconds, target])
      var tally = Tally()
      tally.move(database.changesCount, of: target, from: .pending, to: state)
      try tally.write(to: database)
    }
  }

  /// Sends finished deliveries once more, with the schedule from its start. What they went through before is kept.
  ///
  /// - Returns: how many wait again. What waits anyway stays as it is, and so does what has no body any more.
  @discardableResult
  public func requeue(_ ids: [Int64], at now: Instant) throws -> Int {
    let count = try write { database in
      var tally = Tally()
      let count = try ids.reduce(0) { count, id in
        let old = try Row.fetchOne(
          database.cachedStatement(sql: "SELECT target, state FROM delivery WHERE id = ?"), arguments: [id])
        try database.cachedStatement(
          sql: """
            UPDATE delivery SET state = 'pending', step = 0, next_attempt_at = ?, finished_at = NULL, last_error = NULL,
              last_status = NULL WHERE id = ? AND state <> 'pending' AND body <> x''
            """
        ).execute(arguments: [now.milliseconds, id])
        let changes = database.changesCount
        if let old, let state = Delivery.State(rawValue: old[1]) {
          tally.move(changes, of: old[0], from: state, to: .pending)
        }
        return count + changes
      }
      try tally.write(to: database)
      return count
    }
    noteRequeue()
    return count
  }
}
