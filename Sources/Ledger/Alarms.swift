import GRDB
import RecordSchema

/// Something that an operator must know of, as long as it lasts.
public struct Alarm: Sendable, Equatable {
  /// One for each trouble, such as `dead/webhook/digital-id`.
  public let key: String
  public let target: String?
  public var text: String
  public let raised: Instant
  /// When somebody was told last; `nil`: nobody was yet.
  public var told: Instant?

  public init(key: String, target: String?, text: String, raised: Instant, told: Instant? = nil) {
    self.key = key
    self.target = target
    self.text = text
    self.raised = raised
    self.told = told
  }
}

extension Alarm: FetchableRecord {
  public init(row: Row) throws {
    key = row["key"]
    target = row["target"]
    text = row["text"]
    raised = Instant(milliseconds: row["raised_at"])
    told = (row["told_at"] as Int64?).map(Instant.init(milliseconds:))
  }
}

extension Ledger {
  /// The alarms that last, the oldest first.
  public func alarms() throws -> [Alarm] {
    try read { database in
      try Alarm.fetchAll(database, sql: "SELECT * FROM alarm WHERE cleared_at IS NULL ORDER BY raised_at, key")
    }
  }

  /// Keeps an alarm, new or with what is known of it now.
  public func keep(_ alarm: Alarm) throws {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO alarm (key, target, text, raised_at, told_at) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (key) DO UPDATE SET target = excluded.target, text = excluded.text,
            raised_at = excluded.raised_at, told_at = excluded.told_at, cleared_at = NULL
          """,
        arguments: [alarm.key, alarm.target, alarm.text, alarm.raised.milliseconds, alarm.told?.milliseconds])
    }
  }

  /// The trouble is over.
  public func clear(_ alarm: Alarm, at now: Instant) throws {
    try write { database in
      try database.execute(
        sql: "UPDATE alarm SET cleared_at = ? WHERE key = ?", arguments: [now.milliseconds, alarm.key])
    }
  }
}

extension Ledger {
  /// Since when the first of what waits for an endpoint has waited; `nil` when nothing waits.
  public func oldestWaiting(for target: String) throws -> Instant? {
    try read { database in
      try Int64.fetchOne(
        database,
        sql: """
          SELECT CASE WHEN d.last_error IS NULL THEN d.next_attempt_at ELSE p.recorded_at END
          FROM delivery d INDEXED BY delivery_waiting JOIN publication p ON p.position = d.position
          WHERE d.state = 'pending' AND d.target = ? ORDER BY d.position, d.number LIMIT 1
          """, arguments: [target]
      ).map(Instant.init(milliseconds:))
    }
  }
}

extension Ledger {
  /// The oldest person.deactivated that waits for an endpoint, whatever for, and how many there are.
  public func waitingDeactivations(for target: String) throws -> (count: Int, oldest: Delivery)? {
    try read { database in
      let condition = "target = ? AND state = 'pending' AND name = 'person.deactivated'"
      guard
        let oldest = try Delivery.fetchOne(
          database,
          sql:
            "SELECT \(Delivery.columns) FROM delivery d INDEXED BY delivery_urgent WHERE \(condition) ORDER BY position, number LIMIT 1",
          arguments: [target])
      else { return nil }
      let count = try Int.fetchOne(
        database, sql: "SELECT count(*) FROM delivery INDEXED BY delivery_urgent WHERE \(condition)",
        arguments: [target])
      return (count ?? 0, oldest)
    }
  }

  /// Each person.deactivated that was given up, unless the endpoint took something later about that person.
  public func deadDeactivations(for target: String) throws -> [Delivery] {
    try read { database in
      try Delivery.fetchAll(
        database,
        sql: """
          SELECT \(Delivery.columns) FROM delivery d INDEXED BY delivery_dead WHERE target = ? AND state = 'dead'
            AND name = 'person.deactivated' AND NOT EXISTS (
              SELECT 1 FROM delivery e INDEXED BY delivery_subject WHERE e.kind = d.kind AND e.record_id = d.record_id
                AND e.target = d.target AND e.state = 'delivered' AND (e.position, e.number) > (d.position, d.number))
          ORDER BY position, number
          """, arguments: [target])
    }
  }

  /// Has everything that waits for an endpoint, or for all, be tried as soon as it can.
  public func hurry(_ target: String?, at now: Instant) throws {
    try write { database in
      try database.execute(
        sql: "UPDATE delivery SET next_attempt_at = ? WHERE state = 'pending' AND (? IS NULL OR target = ?)",
        arguments: [now.milliseconds, target, target])
    }
  }
}
