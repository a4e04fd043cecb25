import GRDB
import RecordSchema

extension Ledger {
  /// Empties the bodies of deliveries that ended before an instant, and forgets their attempts. Their rows stay: so no event
  /// is ever sent twice.
  ///
  /// - Returns: how many deliveries.
  @discardableResult
  public func prune(before limit: Instant) throws -> Int {
    var pruned = 0
    while true {
      let count = try pruneSome(before: limit)
      pruned += count
      if count == 0 { return pruned }
    }
  }

  /// In portions, so that the WAL stays small.
  private func pruneSome(before limit: Instant) throws -> Int {
    try write { database in
      let ids = try Int64.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT id FROM delivery INDEXED BY delivery_finished
            WHERE finished_at IS NOT NULL AND body <> x'' AND finished_at < ? LIMIT 1000
            """), arguments: [limit.milliseconds])
      for id in ids {
        try database.cachedStatement(sql: "DELETE FROM attempt WHERE delivery = ?").execute(arguments: [id])
        try database.cachedStatement(sql: "UPDATE delivery SET body = x'' WHERE id = ?").execute(arguments: [id])
      }
      return ids.count
    }
  }
}
