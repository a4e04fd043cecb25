import GRDB
import RecordSchema

/// One publication as the ledger has it, to be compared with what git and the journal give.
public struct RecordedPublication: Sendable {
  public let to: String
  public let settled: String
  public let events: [PublishedEvent]
  /// In the order of target and number.
  public let deliveries: [Delivery]
  /// Deliveries that an operator had made besides, to an endpoint that was not there yet: target and event id.
  public let replayed: Set<[String]>
}

extension Ledger {
  /// `nil` when the ledger does not know the publication.
  public func publication(at position: Int) throws -> RecordedPublication? {
    try read { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT \"to\", settled FROM publication WHERE position = ?", arguments: [position])
      guard let row else { return nil }
      let events = try Row.fetchAll(
        database, sql: "SELECT * FROM event WHERE position = ? ORDER BY number", arguments: [position])
      let deliveries = try Delivery.fetchAll(
        database, sql: "SELECT \(Delivery.columns) FROM delivery d WHERE position = ? ORDER BY target, number",
        arguments: [position])
      let replayed = try Row.fetchAll(
        database,
        sql: """
          SELECT r.target, r.event_id FROM replayed r JOIN delivery d ON d.target = r.target AND d.event_id = r.event_id
          WHERE d.position = ?
          """, arguments: [position])
      return RecordedPublication(
        to: row["to"], settled: row["settled"], events: try events.map(PublishedEvent.init(row:)),
        deliveries: deliveries, replayed: Set(replayed.map { [$0[0], $0[1]] }))
    }
  }
}

extension PublishedEvent {
  fileprivate init(row: Row) throws {
    let kind: String = row["kind"]
    guard let known = RecordKind(rawValue: kind) else { throw LedgerError("The ledger knows a kind '\(kind)'.") }
    self.init(
      number: row["number"], id: row["id"], name: row["name"], kind: known, recordID: row["record_id"],
      subject: row["subject"], commit: row["commit"], timestamp: Instant(milliseconds: row["timestamp"]))
  }
}
