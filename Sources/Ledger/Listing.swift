import GRDB
import RecordSchema

extension Ledger {
  /// Which deliveries a listing wants.
  public struct Filter: Sendable {
    public var target: String?
    public var state: Delivery.State?
    public var eventID: String?
    /// Only what was published after this place.
    public var since: (position: Int, number: Int)?
    public var record: (kind: RecordKind, id: Int)?
    public var limit: Int

    public init(
      target: String? = nil, state: Delivery.State? = nil, eventID: String? = nil,
      since: (position: Int, number: Int)? = nil, record: (kind: RecordKind, id: Int)? = nil, limit: Int = 100
    ) {
      self.target = target
      self.state = state
      self.eventID = eventID
      self.since = since
      self.record = record
      self.limit = limit
    }

    /// By itself SQLite would collect everything of an endpoint and sort it.
    fileprivate var index: String {
      state == nil && eventID == nil && record == nil ? "INDEXED BY delivery_order" : ""
    }

    fileprivate var conditions: (sql: String, arguments: StatementArguments) {
      var terms: [String] = []
      var arguments: StatementArguments = []
      func add(_ term: String, _ values: StatementArguments = []) {
        terms.append(term)
        arguments += values
      }
      if let target { add("target = ?", [target]) }
      // Spelt out, so that SQLite sees which index of part of the rows it may use.
      if let state { add("state = '\(state.rawValue)'") }
      if let eventID { add("target IN (SELECT DISTINCT target FROM tally) AND event_id = ?", [eventID]) }
      if let since { add("(position, number) > (?, ?)", [since.position, since.number]) }
      if let record { add("kind = ? AND record_id = ?", [record.kind.rawValue, record.id]) }
      return (terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND "), arguments)
    }
  }

  /// Newest first.
  public func deliveries(_ filter: Filter) throws -> [Delivery] {
    let (conditions, arguments) = filter.conditions
    return try read { database in
      try Delivery.fetchAll(
        database,
        sql:
          "SELECT \(Delivery.columns) FROM delivery d \(filter.index) \(conditions) ORDER BY position DESC, number DESC, target LIMIT ?",
        arguments: arguments + [filter.limit])
    }
  }

  /// Everything that was ever to be sent about one record: by target, newest first.
  public func deliveries(ofRecord kind: RecordKind, id: Int) throws -> [Delivery] {
    try read { database in
      try Delivery.fetchAll(
        database,
        sql: """
          SELECT \(Delivery.columns) FROM delivery d INDEXED BY delivery_subject WHERE kind = ? AND record_id = ?
          ORDER BY target, position DESC, number DESC
          """, arguments: [kind.rawValue, id])
    }
  }

  public func attempts(of delivery: Int64) throws -> [(at: Instant, status: Int?, error: String?, milliseconds: Int)] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM attempt WHERE delivery = ? ORDER BY at", arguments: [delivery]
      ).map { row in
        (Instant(milliseconds: row["at"]), row["status"], row["error"], row["milliseconds"])
      }
    }
  }
}

extension Ledger {
  /// The record about which something was published last under a name.
  public func newestSubject(_ kind: RecordKind, _ name: String) throws -> (id: Int, subject: String)? {
    try read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT record_id, subject FROM event WHERE kind = ? AND (subject = ? COLLATE NOCASE OR record_id = ?)
          ORDER BY position DESC, number DESC LIMIT 1
          """, arguments: [kind.rawValue, name, Int(name)]
      ).map { ($0["record_id"], $0["subject"]) }
    }
  }
}
