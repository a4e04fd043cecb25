import Events
import GitStore
import RecordSchema
import Records

/// Moves along a branch, commit by commit and day by day, and tells at each step what changed.
///
/// What it tells depends on nothing but the commits, the days and the state it started from; so a second run tells the
/// same.
public final class Timeline {
  private let repository: Repository
  public private(set) var staff: Staff
  /// The last day whose date-made events were told. `nil` before the first commit.
  public private(set) var settled: CalendarDate?
  private let rewrittenAt: Int?
  /// Who has something beginning or ending on a day after `settled`.
  private var boundaries: [CalendarDate: Set<PersonID>] = [:]

  public init(_ repository: Repository, staff: Staff, settled: CalendarDate?, rewrittenAt: Int?) {
    self.repository = repository
    self.staff = staff
    self.settled = settled
    self.rewrittenAt = rewrittenAt
    for entry in staff.people.values { noteBoundaries(of: entry.record) }
  }

  /// Moves to the next commit of the line.
  ///
  /// - Parameter today: the publisher's day; no commit is judged on a later one.
  /// - Parameter isRewrite: the commit does not follow the one before; the step is the net difference.
  public func advance(
    to commit: OID, today: CalendarDate, isRewrite: Bool = false, _ emit: (Step) throws -> Void
  ) throws {
    let info = try repository.info(of: commit)
    let source = try CommitSource(repository, commit: commit)
    let configuration = try source.configuration().configuration ?? staff.configuration
    let committed = configuration.organisation.timeZone.date(at: Instant(seconds: info.time))
    let date = max(min(committed, today), settled ?? min(committed, today))
    try settle(through: date, emit)
    let before = (
      units: staff.units, subscriptions: staff.subscriptions, folder: staff.configuration.dataFolder
    )
    let change = try staff.move(to: source)
    for person in change.people { if let after = person.after { noteBoundaries(of: after.record) } }
    let stamp = stamp(
      origin: .commit(commit.description), timestamp: Instant(seconds: info.time), isRewritten: isRewrite)
    let earlier = Dictionary(uniqueKeysWithValues: change.people.map { ($0.id, $0.before?.record) })
    let step = Step(
      before: Moment(
        date: date, units: before.units,
        person: { [unowned self] id in earlier[id] ?? staff.people[id]?.record },
        image: { [unowned self] path in
          let key = path.map { "\(before.folder)/\($0)" }
          return (key.flatMap { change.images[$0] } ?? staff.image(path))?.description
        }),
      after: moment(on: date), stamp: stamp, touched: touched(by: change, unitsBefore: before.units),
      touchedUnits: change.units.map(\.id).sorted(),
      everybody: { [unowned self] in
        Set(staff.people.keys).union(change.people.map(\.id)).sorted()
      }, subscriptionsBefore: before.subscriptions, subscriptions: staff.subscriptions,
      sensitiveFields: staff.configuration.sensitiveFields)
    try emit(step)
  }

  /// Tells what the days up to and including `day` bring, on the tree that is in force.
  public func settle(through day: CalendarDate, _ emit: (Step) throws -> Void) throws {
    guard let last = settled else {
      settled = day
      boundaries = boundaries.filter { $0.key > day }
      return
    }
    guard day > last else { return }
    for date in boundaries.keys.filter({ $0 > last && $0 <= day }).sorted() {
      let people = (boundaries.removeValue(forKey: date) ?? []).filter { staff.people[$0] != nil }.sorted()
      let zone = staff.configuration.organisation.timeZone
      let subscriptions = staff.subscriptions
      let step = Step(
        before: moment(on: date.adding(days: -1)), after: moment(on: date),
        stamp: stamp(origin: .day(date), timestamp: zone.firstInstant(of: date), isRewritten: false),
        touched: people, touchedUnits: [], everybody: { people }, subscriptionsBefore: subscriptions,
        subscriptions: subscriptions, sensitiveFields: staff.configuration.sensitiveFields)
      try emit(step)
    }
    settled = day
  }

  private func moment(on date: CalendarDate) -> Moment {
    Moment(
      date: date, units: staff.units, person: { [unowned self] in staff.people[$0]?.record },
      image: { [unowned self] in staff.image($0)?.description })
  }

  private func stamp(origin: Origin, timestamp: Instant, isRewritten: Bool) -> EventStamp {
    let organisation = staff.configuration.organisation.id
    return EventStamp(
      origin: origin, commit: staff.commit?.description ?? "", timestamp: timestamp, organisation: organisation,
      ids: EventIDs(organisation: organisation, rewrittenAt: rewrittenAt), isRewritten: isRewritten)
  }

  private func touched(by change: Staff.Change, unitsBefore: UnitDirectory) -> [PersonID] {
    var touched = Set(change.people.map(\.id))
    for path in change.images.keys { touched.formUnion(staff.people(usingImage: path)) }
    // A code may lead to another unit now, without any change of a person's own record.
    if !unitsBefore.resolvesAlike(staff.units) {
      for (id, entry) in staff.people
      where entry.record.units.contains(where: { unitsBefore[$0.unit]?.id != staff.units[$0.unit]?.id }) {
        touched.insert(id)
      }
    }
    return touched.sorted()
  }

  private func noteBoundaries(of person: Person) {
    for date in person.boundaryDates where settled.map({ date > $0 }) ?? true {
      boundaries[date, default: []].insert(person.id)
    }
  }
}
