import GRDB
import RecordSchema

/// How far each endpoint is.
extension Ledger {
  /// For each endpoint the newest publication up to which nothing waits.
  public func acknowledged(upTo position: Int) throws -> [String: Int] {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT target, (SELECT min(position) FROM delivery INDEXED BY delivery_waiting
            WHERE state = 'pending' AND target = tally.target) AS waiting
          FROM tally GROUP BY target
          """)
      return Dictionary(
        uniqueKeysWithValues: rows.map { row in
          (row["target"] as String, (row["waiting"] as Int?).map { $0 - 1 } ?? position)
        })
    }
  }

  /// How many deliveries of an endpoint are in each state.
  public func counts(of target: String) throws -> [Delivery.State: Int] {
    try read { database in
      let rows = try Row.fetchAll(
        database, sql: "SELECT state, count FROM tally WHERE target = ? AND count > 0", arguments: [target])
      return Dictionary(
        uniqueKeysWithValues: rows.compactMap { row in
          Delivery.State(rawValue: row["state"]).map { ($0, row["count"] as Int) }
        })
    }
  }

  /// How many deliveries were given up, of one endpoint or of all.
  public func deadCount(of target: String? = nil) throws -> Int {
    try read { database in
      try Int.fetchOne(
        database, sql: "SELECT coalesce(sum(count), 0) FROM tally WHERE state = 'dead' AND (? IS NULL OR target = ?)",
        arguments: [target, target]) ?? 0
    }
  }

  /// The newest delivery that an endpoint took.
  public func newestDelivered(to target: String) throws -> Delivery? {
    try read { database in
      try Delivery.fetchOne(
        database,
        sql: """
          SELECT \(Delivery.columns) FROM delivery d INDEXED BY delivery_delivered WHERE target = ? AND state = 'delivered'
          ORDER BY position DESC, number DESC LIMIT 1
          """, arguments: [target])
    }
  }

  /// The newest delivery about one record that an endpoint took.
  public func newestDelivered(target: String, kind: RecordKind, recordID: Int) throws -> Delivery? {
    try read { database in
      try Delivery.fetchOne(
        database,
        sql: """
          SELECT \(Delivery.columns) FROM delivery d INDEXED BY delivery_subject
          WHERE kind = ? AND record_id = ? AND target = ? AND state = 'delivered'
          ORDER BY position DESC, number DESC LIMIT 1
          """, arguments: [kind.rawValue, recordID, target])
    }
  }

  /// The oldest delivery that was given up or waits after a failure.
  public func oldestTrouble(of target: String) throws -> Delivery? {
    try read { database in
      func oldest(_ condition: String) throws -> Delivery? {
        try Delivery.fetchOne(
          database,
          sql:
            "SELECT \(Delivery.columns) FROM delivery d WHERE target = ? AND \(condition) ORDER BY position, number LIMIT 1",
          arguments: [target])
      }
      let found = [try oldest("state = 'pending' AND last_error IS NOT NULL"), try oldest("state = 'dead'")]
      return found.compactMap { $0 }.min { ($0.position, $0.number) < ($1.position, $1.number) }
    }
  }

  /// What should have revoked somebody's access and does not get through: each person.deactivated that failed, or waits
  /// behind an event of that person that did.
  public func blockedUrgent() throws -> [Delivery] {
    try read { database in
      try Delivery.fetchAll(
        database,
        sql: """
          SELECT \(Delivery.columns) FROM tally t JOIN delivery d INDEXED BY delivery_urgent ON d.target = t.target
          WHERE t.state = 'pending' AND d.state = 'pending' AND d.name = 'person.deactivated' AND (
            d.last_error IS NOT NULL OR EXISTS (
              SELECT 1 FROM delivery e INDEXED BY delivery_queue WHERE e.state = 'pending' AND e.target = d.target
                AND e.kind = 'person' AND e.record_id = d.record_id AND (e.position, e.number) < (d.position, d.number)
                AND e.last_error IS NOT NULL))
          ORDER BY d.position, d.number, d.target
          """)
    }
  }
}
