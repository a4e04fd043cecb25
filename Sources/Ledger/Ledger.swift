import FileStore
import GRDB
import RecordSchema

/// What cannot be done with the ledger, in words for the operator.
public struct LedgerError: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// What was published, to whom and with what result: one SQLite file.
///
/// The ledger follows from branch and journal: it may be deleted, and is then rebuilt with the same ids. One process
/// writes at a time (the caller holds the publishing lock), because SQLite before 3.51.3 may damage a WAL file when two
/// connections write or checkpoint at the same instant; readers open it read-only and never checkpoint.
public final class Ledger {
  public let path: String
  let database: DatabaseQueue

  /// Opens the ledger for writing, and makes it when it is not there.
  public static func open(_ path: String) throws -> Ledger {
    try FileStore.makeDirectory(FileStore.directory(of: path))
    return try Ledger(path, readOnly: false)
  }

  /// Opens the ledger for reading; `nil` when nothing was ever published here.
  public static func openForReading(_ path: String) throws -> Ledger? {
    guard FileStore.exists(path) else { return nil }
    return try Ledger(path, readOnly: true)
  }

  private init(_ path: String, readOnly: Bool) throws {
    self.path = path
    var configuration = GRDB.Configuration()
    configuration.readonly = readOnly
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      if !readOnly {
        try database.execute(sql: "PRAGMA journal_mode = WAL")
        // Every commit is on disk before an acknowledgement counts.
        try database.execute(sql: "PRAGMA synchronous = FULL")
      }
      try database.execute(sql: "PRAGMA foreign_keys = ON")
    }
    do {
      database = try DatabaseQueue(path: path, configuration: configuration)
      if !readOnly { try Schema.migrator.migrate(database) }
      try database.read { database in
        if try Schema.migrator.hasBeenSuperseded(database) {
          throw LedgerError("The ledger \(path) was written by a newer staffrepo. Use that version.")
        }
      }
    } catch let error as DatabaseError {
      throw LedgerError(
        "The ledger \(path) cannot be opened (\(error.message ?? "SQLite error \(error.resultCode.rawValue)")). If it is damaged, move it away: the next publish rebuilds it from git with the same ids."
      )
    }
  }

  /// `nil` when SQLite finds the file sound, else what it found.
  public func integrityProblem() throws -> String? {
    let answer = try database.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    return answer == "ok" ? nil : answer
  }

  public static var sqliteVersion: String {
    (try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") }) ?? "unknown"
  }
}

/// The tables, version by version. A version that was released is never edited.
enum Schema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(
        sql: """
          CREATE TABLE publication (
            position INTEGER PRIMARY KEY, kind TEXT NOT NULL, "from" TEXT, "to" TEXT NOT NULL, settled TEXT NOT NULL,
            events INTEGER NOT NULL, recorded_at INTEGER NOT NULL);
          CREATE TABLE event (
            position INTEGER NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
            kind TEXT NOT NULL, record_id INTEGER NOT NULL, subject TEXT NOT NULL, "commit" TEXT NOT NULL,
            timestamp INTEGER NOT NULL, PRIMARY KEY (position, number)) WITHOUT ROWID;
          CREATE TABLE delivery (
            id INTEGER PRIMARY KEY, target TEXT NOT NULL, event_id TEXT NOT NULL, position INTEGER NOT NULL,
            number INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, record_id INTEGER NOT NULL,
            subject TEXT NOT NULL, format TEXT NOT NULL, happened_at INTEGER NOT NULL,
            body BLOB NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
            step INTEGER NOT NULL DEFAULT 0, first_attempt_at INTEGER, next_attempt_at INTEGER NOT NULL,
            last_status INTEGER, last_error TEXT, finished_at INTEGER, UNIQUE (target, event_id));
          CREATE INDEX delivery_waiting ON delivery (target, position, number) WHERE state = 'pending';
          CREATE INDEX delivery_subject ON delivery (kind, record_id);
          CREATE TABLE attempt (
            delivery INTEGER NOT NULL REFERENCES delivery (id) ON DELETE CASCADE, at INTEGER NOT NULL,
            status INTEGER, error TEXT, milliseconds INTEGER NOT NULL);
          CREATE INDEX attempt_delivery ON attempt (delivery);
          CREATE TABLE endpoint (target TEXT PRIMARY KEY, disabled_reason TEXT, disabled_at INTEGER, url TEXT);
          CREATE TABLE export_run (
            id INTEGER PRIMARY KEY, target TEXT NOT NULL, position INTEGER NOT NULL, "commit" TEXT NOT NULL,
            as_of TEXT NOT NULL, at INTEGER NOT NULL, folder TEXT, files INTEGER, rows INTEGER, bytes INTEGER,
            milliseconds INTEGER NOT NULL, digest TEXT, error TEXT);
          CREATE INDEX export_run_target ON export_run (target, id);
          """)
    }
    return migrator
  }
}
