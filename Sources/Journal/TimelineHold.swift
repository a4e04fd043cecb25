import Events
import GitStore
import RecordSchema
import Records

/// What is told while a guard holds the branch, and what afterwards.
extension Timeline {
  /// Tells who is no longer active by the held commits, and who is again. Nothing else of these commits shows: people are as
  /// they were published, but for that.
  ///
  /// - Parameter position: of the publication, when the branch was held at this commit before: what happens may happen
  ///   again, and must not have the same id.
  func tell(_ hold: Hold, after previous: Hold?, apart position: Int?, _ emit: (Step) throws -> Void) throws {
    let before = try toldPeople(previous?.told ?? Hold.Told())
    let after = try toldPeople(hold.told)
    let ids = Set(before.ids).union(after.ids).filter { before.isTold(of: $0, otherwiseThan: after) }
    let groups = try Dictionary(grouping: ids) { try origin(of: $0, hold) }
    guard let date = settled else { return }
    for (origin, ids) in groups.sorted(by: { $0.key < $1.key }) {
      try tell(
        ids.sorted(), from: (before, date), to: (after, date), stamp(of: origin, hold, position),
        [.personDeactivated, .personActivated, .personCreated], emit)
    }
    told = after
  }

  /// Who was told what, with their records as they are in force now: they were published so.
  func toldPeople(_ told: Hold.Told) throws -> ToldPeople {
    try ToldPeople(
      told, published: { [unowned self] in try staff.person($0)?.record },
      image: { [unowned self] in try staff.image($0)?.description })
  }

  /// From now on those of whom something was told are as the records have them.
  ///
  /// - Parameter date: the day on which they were published last.
  func lift(from date: CalendarDate, apart position: Int?, _ emit: (Step) throws -> Void) throws {
    guard let commit = staff.commit, let today = settled, !told.ids.isEmpty else { return }
    let before = told
    told = ToldPeople()
    let stamp = stamp(
      origin: .commit(commit.description), timestamp: Instant(seconds: try repository.info(of: commit).time),
      isRewritten: false, apart: position)
    let gone = try before.ids.filter { try before.isGone($0) && staff.person($0) == nil }
    let others = before.ids.filter { !gone.contains($0) }
    if !others.isEmpty { try tell(others, from: (before, date), to: (told, today), stamp, nil, emit) }
    // That they are gone was told; that they left their units was not.
    if !gone.isEmpty {
      try tell(gone, from: (before.withoutGoing(), date), to: (told, today), stamp, [.personUnitRemoved], emit)
    }
  }

  private func tell(
    _ ids: [PersonID], from before: (people: ToldPeople, date: CalendarDate),
    to after: (people: ToldPeople, date: CalendarDate), _ stamp: EventStamp, _ names: Set<EventName>?,
    _ emit: (Step) throws -> Void
  ) throws {
    let subscriptions = staff.subscriptions
    let records = try ids.flatMap { [before.people.record($0), after.people.record($0), try staff.person($0)?.record] }
    let units = try staff.units.shown(to: subscriptions + observers, of: records.compactMap(\.self))
    try emit(
      Step(
        before: moment(on: before.date, units, as: before.people),
        after: moment(on: after.date, units, as: after.people),
        stamp: stamp, touched: ids, touchedUnits: [], everybody: { ids }, subscriptionsBefore: subscriptions,
        subscriptions: subscriptions, sensitiveFields: staff.configuration.sensitiveFields, telling: names))
  }

  private func moment(on date: CalendarDate, _ units: UnitDirectory, as told: ToldPeople) -> Moment {
    Moment(
      date: date, units: units,
      person: { [unowned self] id in told.record(id) != nil ? told.held(id) : try staff.person(id)?.record },
      image: { [unowned self] path in try told.image(path) ?? staff.image(path)?.description })
  }

  /// Whoever is no longer active by the published tree alone is so from a day on; all else the held commits bring.
  private func origin(of id: PersonID, _ hold: Hold) throws -> HeldOrigin {
    guard hold.told.inactive.contains(id), let settled, settled < hold.day, let person = try staff.person(id)?.record,
      !person.status(on: hold.day).isActive
    else { return .commits }
    let days = person.boundaryDates.filter { $0 > settled && $0 <= hold.day }.sorted()
    return days.first { !person.status(on: $0).isActive }.map(HeldOrigin.day) ?? .commits
  }

  private func stamp(of origin: HeldOrigin, _ hold: Hold, _ position: Int?) throws -> EventStamp {
    switch origin {
    case .day(let day):
      return stamp(
        origin: .day(day), timestamp: staff.configuration.organisation.timeZone.firstInstant(of: day),
        isRewritten: false, apart: position)
    case .commits:
      return stamp(
        origin: .commit(hold.tip.description), commit: hold.tip,
        timestamp: Instant(seconds: try repository.info(of: hold.tip).time), isRewritten: false, apart: position)
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
