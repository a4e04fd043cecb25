import GRDB
import RecordSchema

/// One writing of one system's files.
public struct ExportRun: Sendable {
  public var target: String
  public var position: Int
  public var commit: String
  public var asOf: CalendarDate
  public var at: Instant
  public var folder: String?
  public var files: Int?
  public var rows: Int?
  public var bytes: Int?
  public var milliseconds: Int
  public var digest: String?
  public var error: String?
  /// When its schedule came round last and there was nothing newer to write: as good as written then.
  public internal(set) var lookedAt: Instant?

  /// When the system had last what it should have.
  public var done: Instant { max(at, lookedAt ?? at) }

  public init(
    target: String, position: Int, commit: String, asOf: CalendarDate, at: Instant, folder: String? = nil,
    files: Int? = nil, rows: Int? = nil, bytes: Int? = nil, milliseconds: Int, digest: String? = nil,
    error: String? = nil
  ) {
    self.target = target
    self.position = position
    self.commit = commit
    self.asOf = asOf
    self.at = at
    self.folder = folder
    self.files = files
    self.rows = rows
    self.bytes = bytes
    self.milliseconds = milliseconds
    self.digest = digest
    self.error = error
  }
}

extension ExportRun: FetchableRecord {
  public init(row: Row) throws {
    target = row["target"]
    position = row["position"]
    commit = row["commit"]
    asOf = CalendarDate(row["as_of"] as String) ?? CalendarDate(dayNumber: 0)
    at = Instant(milliseconds: row["at"])
    folder = row["folder"]
    files = row["files"]
    rows = row["rows"]
    bytes = row["bytes"]
    milliseconds = row["milliseconds"]
    digest = row["digest"]
    error = row["error"]
    lookedAt = (row["looked_at"] as Int64?).map(Instant.init(milliseconds:))
  }
}

extension Ledger {
  public func record(_ run: ExportRun) throws {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO export_run (target, position, "commit", as_of, at, folder, files, rows, bytes, milliseconds, digest,
            error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          run.target, run.position, run.commit, run.asOf.description, run.at.milliseconds, run.folder, run.files,
          run.rows, run.bytes, run.milliseconds, run.digest, run.error,
        ])
    }
  }

  public func newestExport(of target: String, succeeded: Bool = false) throws -> ExportRun? {
    try read { database in
      try ExportRun.fetchOne(
        database,
        sql: """
          SELECT * FROM export_run WHERE target = ? AND (? = 0 OR error IS NULL) ORDER BY id DESC LIMIT 1
          """, arguments: [target, succeeded ? 1 : 0])
    }
  }

  /// Remembers that a system's turn came and that its newest set still holds what it should.
  public func noteNothingNew(for target: String, at now: Instant) throws {
    try write { database in
      try database.execute(
        sql: """
          UPDATE export_run SET looked_at = ? WHERE id =
            (SELECT max(id) FROM export_run WHERE target = ? AND error IS NULL)
          """, arguments: [now.milliseconds, target])
    }
  }

  /// How often writing failed since it last succeeded.
  public func exportFailures(of target: String) throws -> Int {
    try read { database in
      try Int.fetchOne(
        database,
        sql: """
          SELECT count(*) FROM export_run WHERE target = ?1 AND error IS NOT NULL AND id >
            coalesce((SELECT max(id) FROM export_run WHERE target = ?1 AND error IS NULL), 0)
          """, arguments: [target]) ?? 0
    }
  }

  /// When the first publication after this one was recorded.
  public func published(after position: Int) throws -> Instant? {
    try read { database in
      try Int64.fetchOne(
        database, sql: "SELECT recorded_at FROM publication WHERE position > ? ORDER BY position LIMIT 1",
        arguments: [position]
      ).map(Instant.init(milliseconds:))
    }
  }
}
