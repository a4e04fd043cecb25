import Events
import GitStore
import RecordSchema
import Records

/// What is told while a guard holds the branch, and what afterwards.
extension Timeline {
  /// Tells who is no longer active by the held commits, and who is again. Nothing else of these commits shows: people are as
  /// they were published, but for that.
  func tell(_ hold: Hold, after previous: Hold?, _ emit: (Step) throws -> Void) throws {
    let published = { [unowned self] id in try staff.person(id)?.record }
    let before = try ToldPeople(previous?.told ?? Hold.Told(), published: published)
    let after = try ToldPeople(hold.told, published: published)
    let ids = Set(before.ids).union(after.ids).filter { before.isTold(of: $0, otherwiseThan: after) }
    let groups = try Dictionary(grouping: ids) { try origin(of: $0, hold) }
    for (origin, ids) in groups.sorted(by: { $0.key < $1.key }) {
      try tell(
        ids.sorted(), from: before, to: after, stamp(of: origin, hold),
        [.personDeactivated, .personActivated, .personCreated], emit)
    }
    told = after
  }

  /// From now on those of whom something was told are as the records have them.
  func lift(_ emit: (Step) throws -> Void) throws {
    guard let commit = staff.commit, !told.ids.isEmpty else { return }
    let before = told
    told = ToldPeople()
    let stamp = stamp(
      origin: .commit(commit.description), timestamp: Instant(seconds: try repository.info(of: commit).time),
      isRewritten: false)
    let gone = try before.ids.filter { try before.isGone($0) && staff.person($0) == nil }
    let others = before.ids.filter { !gone.contains($0) }
    if !others.isEmpty { try tell(others, from: before, to: told, stamp, nil, emit) }
    // That they are gone was told; that they left their units was not.
    if !gone.isEmpty {
      try tell(gone, from: before.withoutGoing(), to: told, stamp, [.personUnitRemoved], emit)
    }
  }

  private func tell(
    _ ids: [PersonID], from before: ToldPeople, to after: ToldPeople, _ stamp: EventStamp, _ names: Set<EventName>?,
    _ emit: (Step) throws -> Void
  ) throws {
    guard let date = settled else { return }
    let subscriptions = staff.subscriptions
    let records = try ids.flatMap { [before.record($0), after.record($0), try staff.person($0)?.record] }
    let units = try staff.units.shown(to: subscriptions + observers, of: records.compactMap(\.self))
    try emit(
      Step(
        before: moment(on: date, units, as: before), after: moment(on: date, units, as: after), stamp: stamp,
        touched: ids, touchedUnits: [], everybody: { ids }, subscriptionsBefore: subscriptions,
        subscriptions: subscriptions, sensitiveFields: staff.configuration.sensitiveFields, telling: names))
  }

  /// Whoever is no longer active by the published tree alone is so from a day on; all else the held commits bring.
  private func origin(of id: PersonID, _ hold: Hold) throws -> HeldOrigin {
    guard hold.told.inactive.contains(id), let settled, settled < hold.day, let person = try staff.person(id)?.record,
      !person.status(on: hold.day).isActive
    else { return .commits }
    let days = person.boundaryDates.filter { $0 > settled && $0 <= hold.day }.sorted()
    return days.first { !person.status(on: $0).isActive }.map(HeldOrigin.day) ?? .commits
  }

  private func stamp(of origin: HeldOrigin, _ hold: Hold) throws -> EventStamp {
    switch origin {
    case .day(let day):
      return stamp(
        origin: .day(day), timestamp: staff.configuration.organisation.timeZone.firstInstant(of: day),
        isRewritten: false)
    case .commits:
      return stamp(
        origin: .commit(hold.tip.description), commit: hold.tip,
        timestamp: Instant(seconds: try repository.info(of: hold.tip).time), isRewritten: false)
    }
  }
}

private enum HeldOrigin: Hashable, Comparable {
  case day(CalendarDate)
  case commits
}

extension ToldPeople {
  fileprivate func isTold(of id: PersonID, otherwiseThan other: ToldPeople) -> Bool {
    record(id) != other.record(id) || isGone(id) != other.isGone(id)
  }
}
