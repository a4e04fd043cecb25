import FoundationEssentials
import GRDB
import RecordSchema

/// A delivery that may be sent once more, without its body.
public struct FinishedDelivery: Sendable {
  public let id: Int64
  public let target: String
  public let eventID: String
  public let position: Int
  public let number: Int
  public let name: String
  public let kind: RecordKind
  public let recordID: Int
  public let state: Delivery.State
  public let hasBody: Bool
}

extension FinishedDelivery: FetchableRecord {
  public init(row: Row) throws {
    id = row["id"]
    target = row["target"]
    eventID = row["event_id"]
    position = row["position"]
    number = row["number"]
    name = row["name"]
    kind = RecordKind(rawValue: row["kind"]) ?? .person
    recordID = row["record_id"]
    state = Delivery.State(rawValue: row["state"]) ?? .delivered
    hasBody = row["has_body"]
  }
}

extension Ledger {
  /// What does not wait any more, in the order of its events.
  public func finished(target: String?, state: Delivery.State?, since position: Int, eventIDs: [String]?) throws
    -> [FinishedDelivery]
  {
    try read { database in
      var terms = ["state <> 'pending'", "position >= \(position)"]
      var arguments: StatementArguments = []
      if let target {
        terms.append("target = ?")
        arguments += [target]
      }
      if let state { terms.append("state = '\(state.rawValue)'") }
      let columns = "id, target, event_id, position, number, name, kind, record_id, state, body <> x'' AS has_body"
      func fetch(_ terms: [String], _ arguments: StatementArguments) throws -> [FinishedDelivery] {
        try FinishedDelivery.fetchAll(
          database,
          sql:
            "SELECT \(columns) FROM delivery WHERE \(terms.joined(separator: " AND ")) ORDER BY position, number, target",
          arguments: arguments)
      }
      guard let eventIDs else { return try fetch(terms, arguments) }
      return try eventIDs.flatMap { try fetch(terms + ["event_id = ?"], arguments + [$0]) }
    }
  }

  /// Where the newest event about a record stands that an endpoint took.
  public func newestAcknowledged(_ target: String, _ kind: RecordKind, _ recordID: Int) throws -> (Int, Int)? {
    try read { database in
      try Row.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT position, number FROM delivery INDEXED BY delivery_subject
            WHERE kind = ? AND record_id = ? AND target = ? AND state = 'delivered'
            ORDER BY position DESC, number DESC LIMIT 1
            """), arguments: [kind.rawValue, recordID, target]
      ).map { ($0[0], $0[1]) }
    }
  }

  /// Gives deliveries their bodies back, which were no longer kept.
  public func restore(_ bodies: [(id: Int64, body: [UInt8])]) throws {
    try write { database in
      for (id, body) in bodies {
        try database.cachedStatement(sql: "UPDATE delivery SET body = ? WHERE id = ?").execute(
          arguments: [Data(body), id])
      }
    }
  }

  /// Has deliveries wait that an endpoint never had, as part of a publication of the past.
  public func add(_ deliveries: [(position: Int, delivery: NewDelivery)], at now: Instant) throws {
    try write { database in
      for (position, delivery) in deliveries {
        var writer = PublicationWriter(database, position: position, now: now, acknowledged: [:])
        try writer.add(delivery)
        try database.cachedStatement(sql: "INSERT OR IGNORE INTO replayed (target, event_id) VALUES (?, ?)").execute(
          arguments: [delivery.target, delivery.eventID])
      }
    }
    noteRequeue()
  }

  /// Records that deliveries which were given up need not be sent any more.
  public func dismiss(_ ids: [Int64], at now: Instant) throws {
    try write { database in
      var tally = Tally()
      for id in ids {
        let target = try String.fetchOne(
          database.cachedStatement(sql: "SELECT target FROM delivery WHERE id = ?"), arguments: [id])
        try database.cachedStatement(
          sql: """
            UPDATE delivery SET state = 'superseded', finished_at = ?,
              last_error = 'Given up; a later event of the same record was delivered.' WHERE id = ? AND state = 'dead'
            """
        ).execute(arguments: [now.milliseconds, id])
        if let target { tally.move(database.changesCount, of: target, from: .dead, to: .superseded) }
      }
      try tally.write(to: database)
    }
  }
}

extension Ledger {
  /// The first publication that was recorded at an instant or later.
  public func position(since instant: Instant) throws -> Int {
    try read { database in
      try Int.fetchOne(
        database, sql: "SELECT min(position) FROM publication WHERE recorded_at >= ?", arguments: [instant.milliseconds]
      )
        ?? (Int.fetchOne(database, sql: "SELECT max(position) + 1 FROM publication") ?? 1)
    }
  }
}
