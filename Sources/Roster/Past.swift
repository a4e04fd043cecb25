import RecordSchema

/// What a consumer may hold: one roster, or any of several when it does not say exactly which.
struct Past: Sendable {
  /// The oldest.
  let base: Roster
  /// Those who are told whatever they look like now: something happened to them between the oldest and the newest roster
  /// that the consumer may hold.
  var touched: Set<Int> = []
  /// How those looked in between.
  var moments: [Moment] = []

  /// Some people as they were at one moment, to be judged by the units of that moment.
  struct Moment: Sendable {
    let people: ChunkList
    let units: UnitTree
  }

  /// A consumer that holds exactly this roster.
  init(_ roster: Roster) { base = roster }
}

/// What a consumer has to be told so that its copy is what a full answer would give.
public struct StaffChanges: Sendable {
  /// What the consumer's copy is brought to: its commit, day and cursor belong into the answer.
  public let roster: Roster
  /// Everybody who differs, active or not; and, with `"removed":true`, those whom a full answer would no longer hold.
  public let people: Selection
  /// What the consumer's copy is then: everybody whom question and sight choose, active or not.
  public let full: Selection
}

extension Past {
  /// What differs now, for a question and a sight.
  func changes(to now: Roster, _ query: StaffQuery, _ sight: Sight) -> StaffChanges {
    let full = now.people(query.withInactive, sight)
    if base === now, touched.isEmpty {
      return StaffChanges(roster: now, people: Selection([], isSensitive: sight.isSensitive, isDelta: true), full: full)
    }
    let comparison = Comparison(self, now, query, sight)
    let rows = comparison.candidates.sorted().compactMap { comparison.told($0) }
    return StaffChanges(roster: now, people: Selection(rows, isSensitive: sight.isSensitive, isDelta: true), full: full)
  }
}

/// The past and the present of people, as one consumer sees them.
private struct Comparison {
  private let past: Past
  private let now: Roster
  private let before: Filter
  private let after: Filter
  private let between: [(moment: Past.Moment, filter: Filter)]
  private let isSensitive: Bool

  init(_ past: Past, _ now: Roster, _ query: StaffQuery, _ sight: Sight) {
    (self.past, self.now, isSensitive) = (past, now, sight.isSensitive)
    before = Filter(query, sight, past.base.units)
    after = Filter(query, sight, now.units)
    between = past.moments.map { ($0, Filter(query, sight, $0.units)) }
  }

  /// Whoever may have to be told.
  var candidates: Set<Int> {
    var ids = now.list.differences(from: past.base.list).union(past.touched)
    // Units that are in sight now and were not, or the other way round, without any change of their people.
    var moved: Set<UnitID> = []
    for filter in [before] + between.map(\.filter) {
      for (old, new) in [(filter.scope, after.scope), (filter.unit, after.unit)] where old != new {
        moved.formUnion((old ?? []).symmetricDifference(new ?? []))
      }
    }
    guard !moved.isEmpty else { return ids }
    for chunk in now.list.chunks {
      for row in chunk.ids.indices where chunk.units.withPart(row, { $0.contains(where: moved.contains) }) {
        ids.insert(chunk.ids[row])
      }
    }
    return ids
  }

  /// What is told of somebody; `nil`: nothing.
  func told(_ id: Int) -> Row? {
    let present = now.list.place(of: id)
    let old = past.base.list.place(of: id).flatMap { before.choosesEver($0.chunk, $0.row) ? $0 : nil }
    if let (chunk, row) = present, after.choosesEver(chunk, row) {
      let new = chunk.row(row)
      // Whom units that moved there and back took out of sight looks the same, and is missing in the copy.
      if !past.touched.contains(id), let old, old.chunk.row(old.row).looks(like: new, isSensitive: isSensitive),
        between.allSatisfy({ $0.filter.choosesEver(chunk, row) })
      {
        return nil
      }
      return new
    }
    guard let last = lastSeen(id) ?? old.map({ $0.chunk.row($0.row) }) else { return nil }
    guard let (chunk, row) = present else { return last.farewell(.removed) }
    return last.farewell(after.isInSight(chunk, row) ? .outOfSelection : .outOfScope)
  }

  /// As somebody looked last in between when this consumer could see them. Where a moment does not have them, they looked
  /// as at the next.
  private func lastSeen(_ id: Int) -> Row? {
    var current = now.list.place(of: id)
    for (moment, filter) in between.reversed() {
      current = moment.people.place(of: id) ?? current
      if let (chunk, row) = current, filter.choosesEver(chunk, row) { return chunk.row(row) }
    }
    return nil
  }
}
