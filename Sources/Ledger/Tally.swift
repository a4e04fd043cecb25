import GRDB

/// How one transaction changes the counts of deliveries in each state. Whoever moves deliveries says so here: counted by a
/// trigger, every single one would write the same few rows again.
struct Tally {
  private struct Key: Hashable {
    let target: String
    let state: Delivery.State
  }

  private var changes: [Key: Int] = [:]

  mutating func move(_ count: Int = 1, of target: String, from old: Delivery.State, to new: Delivery.State) {
    guard old != new, count > 0 else { return }
    changes[Key(target: target, state: old), default: 0] -= count
    changes[Key(target: target, state: new), default: 0] += count
  }

  /// At the transaction's end.
  func write(to database: Database) throws {
    for (key, change) in changes where change != 0 {
      try database.cachedStatement(
        sql: """
          INSERT INTO tally (target, state, count) VALUES (?, ?, ?)
          ON CONFLICT (target, state) DO UPDATE SET count = count + excluded.count
          """
      ).execute(arguments: [key.target, key.state.rawValue, change])
    }
  }
}
