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
  /// When the oldest of what waits for an endpoint was recorded; `nil` when nothing waits.
  public func oldestWaiting(for target: String) throws -> Instant? {
    try read { database in
      try Int64.fetchOne(
        database,
        sql: """
          SELECT recorded_at FROM publication WHERE position = (SELECT min(position) FROM delivery
            INDEXED BY delivery_waiting WHERE state = 'pending' AND target = ?)
          """, arguments: [target]
      ).map(Instant.init(milliseconds:))
    }
  }
}
