import FileStore
import GRDB
import RecordSchema
import Synchronization

/// Where the use of keys is written down: one small SQLite file, which may be deleted at any time.
///
/// Whoever writes holds a lock beside it: SQLite 3.7.0 to 3.51.2 may damage a WAL file when two connections write or
/// checkpoint at the same instant. Readers never checkpoint.
final class KeyUseFile: Sendable {
  private let path: String
  private let open = Mutex<(database: DatabaseQueue, identity: FileIdentity?)?>(nil)

  init(path: String) { self.path = path }

  deinit {
    // The last to close it writes the WAL back.
    open.withLock { open in
      guard let open else { return }
      let lock = try? FileLock(lockPath, waiting: 1)
      try? open.database.close()
      withExtendedLifetime(lock) {}
    }
  }

  private var lockPath: String { "\(path).lock" }

  /// Adds to what is there, all or nothing.
  func add(_ entries: [String: KeyUse.Entry]) throws(KeyUseError) {
    try inWords { () throws in
      try open.withLock { open in
        try FileStore.makeDirectory(FileStore.directory(of: path))
        guard let lock = try FileLock(lockPath, waiting: 10) else {
          throw KeyUseError(description: "another process has been writing to it for ten seconds")
        }
        defer { withExtendedLifetime(lock) {} }
        // A file that was moved away is made anew, not written to where nobody looks.
        if open?.identity != FileIdentity(path) { open = nil }
        let database = try open?.database ?? connect()
        open = (database, FileIdentity(path))
        try database.write { database in
          let statement = try database.makeStatement(
            sql: """
              INSERT INTO use (key_hash, requests, refused, last_used_at) VALUES (?, ?, ?, ?)
              ON CONFLICT (key_hash) DO UPDATE SET requests = requests + excluded.requests,
                refused = refused + excluded.refused, last_used_at = max(last_used_at, excluded.last_used_at)
              """)
          for (key, entry) in entries {
            try statement.execute(arguments: [
              key, entry.requests, entry.refused, entry.lastUsed?.milliseconds ?? 0,
            ])
          }
        }
      }
    }
  }

  private func connect() throws -> DatabaseQueue {
    // The group may look. SQLite gives the WAL the mode of the file itself.
    try FileStore.makeFile(path, mode: 0o640)
    var configuration = GRDB.Configuration()
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA journal_mode = WAL")
      // A power cut may take the last counts with it; it never damages the file.
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
    }
    let database = try DatabaseQueue(path: path, configuration: configuration)
    try database.write { database in
      try database.execute(
        sql: """
          CREATE TABLE IF NOT EXISTS use (
            key_hash TEXT PRIMARY KEY, requests INTEGER NOT NULL, refused INTEGER NOT NULL,
            last_used_at INTEGER NOT NULL) WITHOUT ROWID
          """)
    }
    return database
  }

  static func read(_ path: String) throws(KeyUseError) -> [String: KeyUse.Entry] {
    guard FileStore.exists(path) else { return [:] }
    return try KeyUseFile(path: path).inWords { () throws in
      var configuration = GRDB.Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(10)
      // Closing the last connection would otherwise write the WAL back: that is the writers'.
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
      let rows = try DatabaseQueue(path: path, configuration: configuration).read { database in
        // A file that was just made has no table yet.
        try database.tableExists("use") ? Row.fetchAll(database, sql: "SELECT * FROM use") : []
      }
      return Dictionary(
        rows.map { row in
          let entry = KeyUse.Entry(
            requests: row["requests"], refused: row["refused"], lastUsed: Instant(milliseconds: row["last_used_at"]))
          return (row["key_hash"], entry)
        }, uniquingKeysWith: { first, _ in first })
    }
  }

  private func inWords<Result>(_ body: () throws -> Result) throws(KeyUseError) -> Result {
    do {
      return try body()
    } catch let error as DatabaseError {
      let isDamaged = error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
      let remedy = isDamaged ? " Move it away: only the counts of the keys' use are lost." : ""
      throw KeyUseError(
        description:
          "The keys' use \(path): \(error.message ?? "SQLite error \(error.extendedResultCode.rawValue)").\(remedy)")
    } catch {
      throw KeyUseError(description: "The keys' use \(path): \(error)")
    }
  }
}
