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
}
