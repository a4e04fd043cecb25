import GRDB
import RecordSchema

extension Ledger {
  /// Why an endpoint is not called any more; `nil` when it is.
  public func disabledReason(of target: String) throws -> String? {
    try read { database in
      try String.fetchOne(
        database, sql: "SELECT disabled_reason FROM endpoint WHERE target = ?", arguments: [target])
    }
  }

  /// Calls an endpoint again after its address was changed.
  public func enable(_ target: String) throws {
    try write { database in
      try database.execute(
        sql: "UPDATE endpoint SET disabled_reason = NULL, disabled_at = NULL WHERE target = ?", arguments: [target])
    }
  }

  /// Remembers an endpoint's address; returns whether it is another one than before.
  public func noteAddress(_ url: String, of target: String) throws -> Bool {
    let known = try read { database in
      try String.fetchOne(database, sql: "SELECT url FROM endpoint WHERE target = ?", arguments: [target])
    }
    guard known != url else { return false }
    try write { database in
      try database.execute(
        sql: "INSERT INTO endpoint (target, url) VALUES (?, ?) ON CONFLICT (target) DO UPDATE SET url = excluded.url",
        arguments: [target, url])
    }
    return known != nil
  }
}
