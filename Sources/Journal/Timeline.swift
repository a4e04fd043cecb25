import Events
import GitStore
import RecordSchema
import Records

/// Moves along a branch, commit by commit and day by day, and tells at each step what changed.
///
/// What it tells depends on nothing but the commits, the days and the state it started from; so a second run tells the
/// same.
final class Timeline {
  let repository: Repository
  private(set) var staff: Staff
  /// The last day whose date-made events were told. `nil` before the first commit.
  private(set) var settled: CalendarDate?
  private let rewrittenAt: Int?
  /// Those of whom something was told while the branch was held. Nothing else is told of them until `lift`.
  var told = ToldPeople()
  /// Somebody else who looks on, whatever the records say.
  private let observer: Subscription?

  init(
    _ repository: Repository, staff: Staff, settled: CalendarDate?, rewrittenAt: Int?,
    observer: Subscription? = nil
  ) {
    self.observer = observer
    self.repository = repository
    self.staff = staff
    self.settled = settled
    self.rewrittenAt = rewrittenAt
  }

  /// Moves to the next commit of the line.
  ///
  /// - Parameter today: the publisher's day in a time zone; no commit is judged on a later one.
  /// - Parameter isRewrite: the commit does not follow the one before; the step is the net difference.
  /// - Parameter foldsDays: what the days in between bring is part of the step: on the tree before it, they would tell
  ///   what the commit has changed since.
  func advance(
    to commit: OID, today: (TimeZoneRules) -> CalendarDate, isRewrite: Bool = false, foldsDays: Bool = false,
    readAhead: ReadAhead.Step? = nil, _ emit: (Step) throws -> Void
  ) throws {
    let info = try repository.info(of: commit)
    let source = try CommitSource(repository, commit: commit)
    let zone = try (staff.configuration(of: source) ?? staff.configuration).organisation.timeZone
    let today = today(zone)
    let committed = zone.date(at: Instant(seconds: info.time))
    let date = max(min(committed, today), settled ?? min(committed, today))
    let past = foldsDays ? try boundaries(through: date).flatMap(\.people) : []
    let dateBefore = foldsDays ? settled ?? date : date
    if foldsDays { settled = date } else { try settle(through: date, emit) }
    let before = (
      units: staff.units, subscriptions: staff.subscriptions, folder: staff.configuration.dataFolder
    )
    let change = try staff.move(to: source, readAhead)
    let stamp = stamp(
      origin: .commit(commit.description), timestamp: Instant(seconds: info.time), isRewritten: isRewrite)
    let earlier = Dictionary(uniqueKeysWithValues: change.people.map { ($0.id, $0.before?.record) })
    let touched = try touched(by: change, unitsBefore: before.units).union(past).subtracting(told.ids).sorted()
    let subscriptions = before.subscriptions + staff.subscriptions + observers
    let people = try touched.flatMap { id in
      [try earlier[id] ?? staff.person(id)?.record, try staff.person(id)?.record].compactMap(\.self)
    }
    let unitIDs = change.units.map(\.id).sorted()
    let step = Step(
      before: Moment(
        date: dateBefore, units: try before.units.shown(to: subscriptions, of: people, and: unitIDs),
        person: { [unowned self] id in try earlier[id] ?? staff.person(id)?.record },
        image: { [unowned self] path in
          let key = path.map { PathKey("\(before.folder)/\($0)") }
          return try (key.flatMap { change.images[$0] } ?? staff.image(path))?.description
        }),
      after: moment(on: date, try staff.units.shown(to: subscriptions, of: people, and: unitIDs)), stamp: stamp,
      touched: touched, touchedUnits: unitIDs,
      everybody: { [unowned self] in
        try staff.personIDs().union(change.people.map(\.id)).subtracting(told.ids).sorted()
      }, subscriptionsBefore: before.subscriptions, subscriptions: staff.subscriptions,
      sensitiveFields: staff.configuration.sensitiveFields)
    try emit(step)
  }

  /// Tells what the days up to and including `day` bring, on the tree that is in force.
  func settle(through day: CalendarDate, _ emit: (Step) throws -> Void) throws {
    guard let last = settled else {
      settled = day
      return
    }
    guard day > last else { return }
    for (date, concerned) in try boundaries(through: day) {
      let people = try concerned.subtracting(told.ids).filter { try staff.person($0) != nil }.sorted()
      let zone = staff.configuration.organisation.timeZone
      let subscriptions = staff.subscriptions
      let records = try people.compactMap { try staff.person($0)?.record }
      let units = try staff.units.shown(to: subscriptions + observers, of: records)
      let step = Step(
        before: moment(on: date.adding(days: -1), units), after: moment(on: date, units),
        stamp: stamp(origin: .day(date), timestamp: zone.firstInstant(of: date), isRewritten: false),
        touched: people, touchedUnits: [], everybody: { people }, subscriptionsBefore: subscriptions,
        subscriptions: subscriptions, sensitiveFields: staff.configuration.sensitiveFields)
      try emit(step)
    }
    settled = day
  }

  var observers: [Subscription] { observer.map { [$0] } ?? [] }

  func boundaries(through day: CalendarDate) throws -> [(day: CalendarDate, people: Set<PersonID>)] {
    guard let settled, settled < day else { return [] }
    return try staff.boundaries(after: settled, through: day)
  }

  private func moment(on date: CalendarDate, _ units: UnitDirectory) -> Moment {
    Moment(
      date: date, units: units, person: { [unowned self] id in try staff.person(id)?.record },
      image: { [unowned self] in try staff.image($0)?.description })
  }

  /// - Parameter position: of the publication, when the name alone might have been used before.
  func stamp(
    origin: Origin, commit: OID? = nil, timestamp: Instant, isRewritten: Bool, apart position: Int? = nil
  ) -> EventStamp {
    let organisation = staff.configuration.organisation.id
    return EventStamp(
      origin: origin, commit: (commit ?? staff.commit)?.description ?? "", timestamp: timestamp,
      organisation: organisation,
      ids: EventIDs(organisation: organisation, rewrittenAt: position ?? rewrittenAt), isRewritten: isRewritten)
  }

  private func touched(by change: Staff.Change, unitsBefore: StaffUnits) throws -> Set<PersonID> {
    var touched = Set(change.people.map(\.id))
    for key in change.images.keys { touched.formUnion(try staff.people(usingImage: key.path)) }
    // A code may lead to another unit now, without any change of a person's own record.
    let codes = Set(change.units.flatMap { [$0.before?.record.code, $0.after?.record.code].compactMap(\.self) })
    for code in codes where try unitsBefore.unit(code)?.id != staff.units.unit(code)?.id {
      touched.formUnion(try staff.people(naming: code))
    }
    return touched
  }
}

extension StaffUnits {
  /// The units that a step can show: all of them to somebody who is limited to some, or who is told everything anew.
  func shown(to subscriptions: [Subscription], of people: [Person], and ids: [UnitID] = []) throws
    -> UnitDirectory
  {
    subscriptions.contains { $0.units != nil || $0.backfill } ? try all() : try needed(by: people, and: ids)
  }
}
