import FileStore
import GRDB
import RecordSchema

/// Every import and every refused attempt: who, when, from which bytes, and what became of it.
///
/// It holds no names or addresses. The records themselves never depend on it: when it is lost, repeats are still told by what
/// is on the branch and in review; only answers to repeated Idempotency-Keys, and who was refused, are forgotten. Whoever
/// writes holds the lock of the imports.
package final class ImportLog: Sendable {
  package struct Entry: Sendable {
    package var at: Instant
    /// The key's name; `nil`: the command line, or a signature alone.
    package var key: String?
    package var system: String
    /// Of the bytes that were sent.
    package var sha256: String
    package var bytes: Int
    package var rows: Int
    /// accepted, pending_review, repeated, partial, refused or failed
    package var outcome: String
    package var people: [Int] = []
    package var commit: String?
    package var branch: String?
    /// The codes of what was found wrong.
    package var codes: [String] = []
  }

  private let database: DatabaseQueue

  package init(_ path: String) throws {
    try FileStore.makeDirectory(FileStore.directory(of: path))
    try FileStore.makeFile(path, mode: 0o640)
    var configuration = GRDB.Configuration()
    configuration.busyMode = .timeout(10)
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    database = try DatabaseQueue(path: path, configuration: configuration)
    try database.write { database in
      try database.execute(
        sql: """
          CREATE TABLE IF NOT EXISTS import(
            number INTEGER PRIMARY KEY, at TEXT NOT NULL, key TEXT, system TEXT NOT NULL, sha256 TEXT NOT NULL,
            bytes INTEGER NOT NULL, rows INTEGER NOT NULL, outcome TEXT NOT NULL, people TEXT NOT NULL,
            commit_id TEXT, branch TEXT, codes TEXT NOT NULL);
          CREATE TABLE IF NOT EXISTS hire(
            system TEXT NOT NULL, reference TEXT NOT NULL, person INTEGER NOT NULL, digest TEXT NOT NULL, commit_id TEXT,
            PRIMARY KEY(system, reference)) WITHOUT ROWID;
          CREATE TABLE IF NOT EXISTS answer(
            owner TEXT NOT NULL, key TEXT NOT NULL, sha256 TEXT NOT NULL, status INTEGER NOT NULL, body TEXT,
            at INTEGER NOT NULL, PRIMARY KEY(owner, key)) WITHOUT ROWID;
          """)
    }
  }

  func add(_ entry: Entry) throws {
    try database.write { database in
      try database.execute(
        sql: """
          INSERT INTO import(at, key, system, sha256, bytes, rows, outcome, people, commit_id, branch, codes)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          entry.at.description, entry.key, entry.system, entry.sha256, entry.bytes, entry.rows, entry.outcome,
          JSON.array(entry.people.map(JSON.int)).text, entry.commit, entry.branch,
          Set(entry.codes).sorted().joined(separator: " "),
        ])
    }
  }

  /// All attempts, the first one first.
  package func entries() throws -> [Entry] {
    try database.read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM import ORDER BY number").compactMap { row in
        guard let at = Instant(row["at"]) else { return nil }
        var entry = Entry(
          at: at, key: row["key"], system: row["system"], sha256: row["sha256"], bytes: row["bytes"], rows: row["rows"],
          outcome: row["outcome"], commit: row["commit_id"], branch: row["branch"])
        if case .array(let people)? = try? JSON(reading: Array((row["people"] as String).utf8)) {
          entry.people = people.compactMap { if case .int(let id) = $0 { id } else { nil } }
        }
        entry.codes = (row["codes"] as String).split(separator: " ").map(String.init)
        return entry
      }
    }
  }

  // MARK: What sources said last

  struct Hire: Sendable {
    let person: Int
    let digest: String
    /// Where it landed.
    let commit: String?
  }

  func hire(_ key: SourceKey) throws -> Hire? {
    try database.read { database in
      try Row.fetchOne(
        database, sql: "SELECT person, digest, commit_id FROM hire WHERE system = ? AND reference = ?",
        arguments: [key.system, key.reference]
      ).map { Hire(person: $0["person"], digest: $0["digest"], commit: $0["commit_id"]) }
    }
  }

  func note(_ hires: [(key: SourceKey, hire: Hire)]) throws {
    guard !hires.isEmpty else { return }
    try database.write { database in
      for (key, hire) in hires {
        try database.execute(
          sql: "INSERT OR REPLACE INTO hire(system, reference, person, digest, commit_id) VALUES (?, ?, ?, ?, ?)",
          arguments: [key.system, key.reference, hire.person, hire.digest, hire.commit])
      }
    }
  }

  // MARK: Repeated requests

  struct Answer: Sendable {
    let sha256: String
    let status: Int
    /// `nil`: it was refused, so that nothing keeps it from being tried again.
    let body: String?
  }

  /// For how long an Idempotency-Key is remembered.
  static let keptSeconds: Int64 = 7 * 86_400

  func answer(to key: String, of owner: String, at now: Instant) throws -> Answer? {
    try database.read { database in
      try Row.fetchOne(
        database, sql: "SELECT sha256, status, body FROM answer WHERE owner = ? AND key = ? AND at > ?",
        arguments: [owner, key, now.seconds - Self.keptSeconds]
      ).map { Answer(sha256: $0["sha256"], status: $0["status"], body: $0["body"]) }
    }
  }

  func keep(_ answer: Answer, to key: String, of owner: String, at now: Instant) throws {
    try database.write { database in
      try database.execute(sql: "DELETE FROM answer WHERE at <= ?", arguments: [now.seconds - Self.keptSeconds])
      try database.execute(
        sql: "INSERT OR REPLACE INTO answer(owner, key, sha256, status, body, at) VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [owner, key, answer.sha256, answer.status, answer.body, now.seconds])
    }
  }
}
