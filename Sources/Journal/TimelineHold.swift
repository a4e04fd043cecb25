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
    for (origin, ids) in groups.sorted(by: { $0.key < $1.key }) {
      let people = ids.sorted()
      try tell(
        people, from: view(of: people, as: before), to: view(of: people, as: after),
        stamp(of: origin, hold, position), [.personDeactivated, .personActivated, .personCreated], emit)
    }
    told = after
  }

  /// The moment at which the branch was held, for those of whom something was told since: with the units and the
  /// subscriptions of then.
  struct View {
    let moment: Moment
    let subscriptions: [Subscription]
  }

  func view(of ids: [PersonID], as told: ToldPeople) throws -> View? {
    guard let date = settled else { return nil }
    let records = try ids.flatMap { [told.record($0), try staff.person($0)?.record] }.compactMap(\.self)
    let units = try staff.units.shown(to: staff.subscriptions + observers, of: records)
    // Looked up later, when the staff has moved on.
    let people = Dictionary(uniqueKeysWithValues: try ids.map { ($0, try staff.person($0)?.record) })
    return View(
      moment: Moment(
        date: date, units: units,
        person: { id in told.record(id) != nil ? told.held(id) : people[id] ?? nil },
        image: { [unowned self] path in try told.image(path) ?? staff.image(path)?.description }),
      subscriptions: staff.subscriptions)
  }

  /// Who was told what, with their records as they are in force now: they were published so.
  func toldPeople(_ told: Hold.Told) throws -> ToldPeople {
    try ToldPeople(
      told, published: { [unowned self] in try staff.person($0)?.record },
      image: { [unowned self] in try staff.image($0)?.description })
  }

  /// From now on those of whom something was told are as the records have them.
  ///
  /// - Parameter before: how they were published last, and how if those who are gone had only become inactive.
  func lift(
    from before: (held: View?, withoutGoing: View?), apart position: Int?, _ emit: (Step) throws -> Void
  ) throws {
    guard let commit = staff.commit, !told.ids.isEmpty else { return }
    let people = told
    told = ToldPeople()
    let stamp = stamp(
      origin: .commit(commit.description), timestamp: Instant(seconds: try repository.info(of: commit).time),
      isRewritten: false, apart: position)
    let gone = try people.ids.filter { try people.isGone($0) && staff.person($0) == nil }
    let others = people.ids.filter { !gone.contains($0) }
    if !others.isEmpty { try tell(others, from: before.held, to: view(of: others, as: told), stamp, nil, emit) }
    // That they are gone was told; that they left their units was not.
    if !gone.isEmpty {
      try tell(gone, from: before.withoutGoing, to: view(of: gone, as: told), stamp, [.personUnitRemoved], emit)
    }
  }

  private func tell(
    _ ids: [PersonID], from before: View?, to after: View?, _ stamp: EventStamp, _ names: Set<EventName>?,
    _ emit: (Step) throws -> Void
  ) throws {
    guard let before, let after else { return }
    try emit(
      Step(
        before: before.moment, after: after.moment, stamp: stamp, touched: ids, touchedUnits: [], everybody: { ids },
        subscriptionsBefore: before.subscriptions, subscriptions: staff.subscriptions,
        sensitiveFields: staff.configuration.sensitiveFields, telling: names))
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
