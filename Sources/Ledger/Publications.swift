import FoundationEssentials
import GRDB
import RecordSchema

/// An event as the ledger lists it.
public struct PublishedEvent: Sendable {
  public let number: Int
  public let id: String
  public let name: String
  public let kind: RecordKind
  public let recordID: Int
  public let subject: String
  public let commit: String
  public let timestamp: Instant

  public init(
    number: Int, id: String, name: String, kind: RecordKind, recordID: Int, subject: String, commit: String,
    timestamp: Instant
  ) {
    self.number = number
    self.id = id
    self.name = name
    self.kind = kind
    self.recordID = recordID
    self.subject = subject
    self.commit = commit
    self.timestamp = timestamp
  }
}

/// Writes one publication's events and deliveries, as they come.
public struct PublicationWriter: ~Copyable {
  private let database: Database
  private let position: Int
  private let now: Instant
  /// What of this publication an endpoint acknowledged already, before the ledger was lost.
  private let acknowledged: [String: Int]
  public private(set) var events = 0
  public private(set) var deliveries = 0

  init(_ database: Database, position: Int, now: Instant, acknowledged: [String: Int]) {
    self.database = database
    self.position = position
    self.now = now
    self.acknowledged = acknowledged
  }

  public mutating func add(_ event: PublishedEvent) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO event (position, number, id, name, kind, record_id, subject, "commit", timestamp)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
        """
    ).execute(arguments: [
      position, event.number, event.id, event.name, event.kind.rawValue, event.recordID, event.subject, event.commit,
      event.timestamp.milliseconds,
    ])
    events += 1
  }

  public mutating func add(_ delivery: NewDelivery) throws {
    let isDone = (acknowledged[delivery.target] ?? 0) >= position
    try database.cachedStatement(
      sql: """
        INSERT INTO delivery (target, event_id, position, number, part, name, kind, record_id, subject, format, happened_at,
          body, state, next_attempt_at, finished_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (target, event_id) DO NOTHING
        """
    ).execute(arguments: [
      delivery.target, delivery.eventID, position, delivery.number, delivery.part, delivery.name,
      delivery.kind.rawValue,
      delivery.recordID, delivery.subject, delivery.format.rawValue,
      delivery.happened.milliseconds, Data(delivery.body),
      (isDone ? Delivery.State.delivered : .pending).rawValue, now.milliseconds, isDone ? now.milliseconds : nil,
    ])
    deliveries += 1
  }
}

extension Ledger {
  /// The newest publication that the ledger knows; 0 when it knows none.
  public func position() throws -> Int {
    try read { try Int.fetchOne($0, sql: "SELECT max(position) FROM publication") } ?? 0
  }

  /// Records a whole publication, or nothing of it.
  ///
  /// - Parameter acknowledged: for each endpoint the newest publication of which it has everything.
  public func recordPublication(
    position: Int, kind: String, from: String?, to: String, settled: CalendarDate, acknowledged: [String: Int],
    at now: Instant, _ write: (inout PublicationWriter) throws -> Void
  ) throws {
    try self.write { database in
      var writer = PublicationWriter(database, position: position, now: now, acknowledged: acknowledged)
      try write(&writer)
      try database.execute(
        sql: """
          INSERT INTO publication (position, kind, "from", "to", settled, events, recorded_at)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [position, kind, from, to, settled.description, writer.events, now.milliseconds])
    }
  }

  /// The newest publication's commit.
  public func lastPublished() throws -> (position: Int, commit: String)? {
    try read { database in
      try Row.fetchOne(database, sql: "SELECT position, \"to\" FROM publication ORDER BY position DESC LIMIT 1").map {
        ($0["position"], $0["to"])
      }
    }
  }

  /// The commit that a delivery's publication ended with.
  public func commit(of delivery: Delivery) throws -> String? {
    try read { database in
      try String.fetchOne(
        database, sql: "SELECT \"to\" FROM publication WHERE position = ?", arguments: [delivery.position])
    }
  }
}
