import RecordSchema

/// Whom a file of differences must not tell, since nobody could say whose account or row it would become: people who share
/// what the system knows them by, and whoever takes over what the system knows one of those by.
struct Standoff {
  private var ids: Set<PersonID> = []

  /// - Parameter names: by which people must be told apart.
  /// - Parameter table: what the system was given last.
  /// - Parameter known: by what it may know a row's person, from what it may have of the row and from the farewell.
  /// - Parameter bearers: whose that is now.
  init(
    _ everybody: Bearers, by names: [Bearers.Name], table: String,
    headings: (row: [String], farewell: [String]) = ([], []), of given: GivenSet?,
    known: (_ states: [[String]], _ farewell: [String]) -> [String], bearers: (String) -> [PersonID]
  ) throws {
    var next = names.reduce(into: Set()) { $0.formUnion(everybody.rivals(by: $1)) }
    guard !next.isEmpty else { return }
    var names: [PersonID: Set<String>] = [:]
    if let given, let rows = try given.table(table, headings: headings) {
      while let row = try rows.next() {
        let states = row.states(isConfirmed: given.given.isConfirmed)
        if !states.isEmpty { names[PersonID(row.key.first), default: []].formUnion(known(states, row.farewell)) }
      }
    }
    while !next.isEmpty {
      ids.formUnion(next)
      // Whoever has left gives the name up; whoever works here stays under it.
      let kept = next.filter(everybody.isActive).flatMap { names[$0] ?? [] }
      next = Set(kept.flatMap(bearers)).subtracting(ids)
    }
  }

  /// Nobody shares anything.
  init() {}

  func contains(_ id: PersonID) -> Bool { ids.contains(id) }
}
