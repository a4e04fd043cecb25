import FileStore
import GRDB
import RecordSchema
import Synchronization

/// What cannot be done with the ledger, in words for the operator.
public struct LedgerError: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}

/// What was published, to whom and with what result: one SQLite file.
///
/// The ledger follows from branch and journal: it may be deleted, and is then rebuilt with the same ids. One process
/// writes at a time (the caller holds the publishing lock), because SQLite 3.7.0 to 3.51.2 may damage a WAL file when two
/// connections write or checkpoint at the same instant; readers open it read-only and never checkpoint.
///
/// Threads may share it: they write in turns, and what waits is read on a connection of its own, which a sync under way
/// does not keep waiting.
public final class Ledger: Sendable {
  public let path: String
  private let database: DatabaseQueue
  /// For reading beside the writer; each of its transactions sees every write that had returned when it began.
  private let reader: DatabaseQueue?
  private let requeueCount = Atomic(0)

  /// Opens the ledger for writing, and makes it when it is not there.
  public static func open(_ path: String) throws -> Ledger {
    try FileStore.makeDirectory(FileStore.directory(of: path))
    // Personal data: the group may look, others may not. SQLite gives the WAL the mode of the file itself.
    try FileStore.makeFile(path, mode: 0o640)
    return try Ledger(path, readOnly: false)
  }

  /// Opens the ledger for reading; `nil` when nothing was ever published here.
  public static func openForReading(_ path: String) throws -> Ledger? {
    guard FileStore.exists(path) else { return nil }
    return try Ledger(path, readOnly: true)
  }

  private init(_ path: String, readOnly: Bool) throws {
    self.path = path
    do {
      database = try DatabaseQueue(path: path, configuration: Self.configuration(readOnly: readOnly))
      if !readOnly { try Schema.migrator.migrate(database) }
      reader = readOnly ? nil : try DatabaseQueue(path: path, configuration: Self.configuration(readOnly: true))
      try database.read { database in
        if try Schema.migrator.hasBeenSuperseded(database) {
          throw LedgerError("The ledger \(path) was written by a newer staffrepo. Use that version.")
        }
        if try !Schema.migrator.hasCompletedMigrations(database) {
          throw LedgerError(
            "The ledger \(path) was written by an older staffrepo. The next publish brings it up to date.")
        }
      }
      // From here on it has the same file and WAL as the writer, whatever becomes of their names.
      _ = try reader?.read { try Int.fetchOne($0, sql: "SELECT 1 FROM publication LIMIT 1") }
    } catch let error as DatabaseError {
      throw LedgerError(
        "The ledger \(path) cannot be opened: \(error.reason).\(error.isDamage ? " Move it away: the next publish rebuilds it from git with the same ids." : " Nothing was changed; make room or mend the disk, then publish again.")"
      )
    }
  }

  deinit {
    // The writer goes last: it writes the WAL back.
    try? reader?.close()
    try? database.close()
  }

  /// How often finished deliveries were made to wait again: whoever has a queue in memory must look behind itself.
  public var requeues: Int { requeueCount.load(ordering: .relaxed) }

  func noteRequeue() { requeueCount.add(1, ordering: .relaxed) }

  private static func configuration(readOnly: Bool) -> GRDB.Configuration {
    var configuration = GRDB.Configuration()
    configuration.readonly = readOnly
    // A reader may be in the way for a moment.
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { database in
      if readOnly {
        // Closing the last connection would otherwise write the WAL back: that is the writer's.
        try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
      } else {
        // Readers do not wait for the writer, and a commit is one write and one sync of one file.
        try database.execute(sql: "PRAGMA journal_mode = WAL")
        // Every commit is on disk before an acknowledgement counts. NORMAL would lose the last ones in a power cut.
        try database.execute(sql: "PRAGMA synchronous = FULL")
        // Writing the WAL back syncs twice more: after 16 MB, not after 4, while many deliveries end.
        try database.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
      }
      // 32 MB at most: with the usual two, a large publication is written several times over while it is recorded.
      try database.execute(sql: "PRAGMA cache_size = -32768")
      try database.execute(sql: "PRAGMA foreign_keys = ON")
    }
    return configuration
  }

  /// Everything or nothing. Each write goes through here.
  func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try inWords("written") {
      try database.writeWithoutTransaction { database in
        var result: Result?
        // From the first statement on: a transaction that begins with reading may be refused when it comes to write.
        try database.inTransaction(.immediate) {
          result = try body(database)
          return .commit
        }
        guard let result else { throw LedgerError("The ledger \(path) took a transaction without its result.") }
        return result
      }
    }
  }

  func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try inWords("read") { try database.read(body) }
  }

  /// The same beside the writer: it never waits for a sync.
  func readAside<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try inWords("read") { try (reader ?? database).read(body) }
  }

  private func inWords<Result>(_ action: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw LedgerError(
        "The ledger \(path) cannot be \(action): \(error.reason).\(error.isDamage ? " Move it away: the next publish rebuilds it from git with the same ids." : " What was under way counts as not done and is done again by the next run.")"
      )
    }
  }

  /// `nil` when SQLite finds the file sound, else what it found.
  public func integrityProblem() throws -> String? {
    let answer = try read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    return answer == "ok" ? nil : answer
  }

  public static var sqliteVersion: String {
    (try? DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") }) ?? "unknown"
  }
}

extension DatabaseError {
  /// For an operator: no SQL.
  fileprivate var isDamage: Bool { resultCode == .SQLITE_CORRUPT || resultCode == .SQLITE_NOTADB }

  fileprivate var reason: String {
    switch resultCode {
    case .SQLITE_FULL: "the disk is full"
    case .SQLITE_IOERR: "the disk refused to read or write (full, or failing)"
    case .SQLITE_BUSY: "another process writes to it"
    case .SQLITE_READONLY, .SQLITE_CANTOPEN:
      "it cannot be made or written (the disk is full or failing, or this user has no right to)"
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: "the file is damaged"
    default: message ?? "SQLite error \(extendedResultCode.rawValue)"
    }
  }
}
