import RecordSchema

/// Whom a file of differences must not tell, since nobody could say whose account or row it would become: people who share
/// what the system knows them by, and whoever takes over what the system knows one of those by.
struct Standoff {
  private var ids: Set<PersonID> = []

  /// - Parameter names: by which people must be told apart.
  /// - Parameter given: what the system was given last.
  /// - Parameter known: by what it may know a row's person.
  /// - Parameter bearers: whose that is now.
  init(
    _ everybody: Bearers, by names: [Bearers.Name], given: GivenTable?, known: (GivenRow) -> [String],
    bearers: (String) -> [PersonID]
  ) throws {
    var next = names.reduce(into: Set()) { $0.formUnion(everybody.rivals(by: $1)) }
    guard !next.isEmpty else { return }
    var names: [PersonID: Set<String>] = [:]
    while let row = try given?.next() { names[PersonID(row.key.first), default: []].formUnion(known(row)) }
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
