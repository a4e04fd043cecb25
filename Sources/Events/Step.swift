import RecordSchema

/// The staff at one moment, looked up person by person.
public struct Moment {
  public let date: CalendarDate
  public let units: UnitDirectory
  public let person: (PersonID) throws -> Person?
  /// A photo's or signature's content by the path in the record.
  public let image: (String?) throws -> String?

  public init(
    date: CalendarDate, units: UnitDirectory, person: @escaping (PersonID) throws -> Person?,
    image: @escaping (String?) throws -> String?
  ) {
    self.date = date
    self.units = units
    self.person = person
    self.image = image
  }

  func state(_ id: PersonID) throws -> PersonState? {
    try person(id).map { try PersonState($0, on: date, units: units, image: image) }
  }
}

/// From one moment to the next: a commit, or the beginning of a day.
public struct Step {
  var before: Moment
  var after: Moment
  let stamp: EventStamp
  /// Those whose events may be more than none, sorted.
  let touched: [PersonID]
  let touchedUnits: [UnitID]
  /// Everybody on either side, sorted; asked for only when a consumer's view as a whole changed.
  let everybody: () throws -> [PersonID]
  let subscriptionsBefore: [String: Subscription]
  public let subscriptions: [Subscription]
  public let sensitiveFields: Set<String>
  /// The only events that this step tells; `nil` for all.
  let names: Set<EventName>?

  public init(
    before: Moment, after: Moment, stamp: EventStamp, touched: [PersonID], touchedUnits: [UnitID],
    everybody: @escaping () throws -> [PersonID], subscriptionsBefore: [Subscription], subscriptions: [Subscription],
    sensitiveFields: Set<String>, telling names: Set<EventName>? = nil
  ) {
    self.names = names
    self.before = before
    self.after = after
    self.stamp = stamp
    self.touched = touched
    self.touchedUnits = touchedUnits
    self.everybody = everybody
    self.subscriptionsBefore = Dictionary(uniqueKeysWithValues: subscriptionsBefore.map { ($0.name, $0) })
    self.subscriptions = subscriptions
    self.sensitiveFields = sensitiveFields
  }

  /// The same step as one consumer sees it who was there all the time.
  public func seen(by subscription: Subscription) -> Step {
    Step(
      before: before, after: after, stamp: stamp, touched: touched, touchedUnits: touchedUnits, everybody: everybody,
      subscriptionsBefore: [subscription], subscriptions: [subscription], sensitiveFields: sensitiveFields,
      telling: names)
  }

  public var origin: Origin { stamp.origin }
  /// The day on which what it leads to is judged.
  public var date: CalendarDate { after.date }
  public var commit: String { stamp.commit }

  /// What happened, for a reader who sees everything: units before people, each by id.
  public func events() throws -> [Event] {
    try unitEvents + touched.flatMap { try events(of: $0) }
  }

  private var unitEvents: [Event] {
    touchedUnits.compactMap { unitDraft(before: before.units[$0], after: after.units[$0]).map(stamp.event) }
  }

  private func events(of id: PersonID) throws -> [Event] {
    try personDrafts(before: before.state(id), after: after.state(id)).filter { names?.contains($0.name) ?? true }
      .map(stamp.event)
  }
}

/// What one consumer is sent of a step.
public struct ConsumerEvents {
  public let subscription: Subscription
  /// Those that are in the step's own list of events.
  public let common: [Event]
  /// Those that only this consumer gets: people who came into its sight or left it, and what was there before it.
  public let own: [Event]
}

extension Step {
  /// - Parameter events: the step's own events.
  public func consumerEvents(_ events: [Event]) throws -> [ConsumerEvents] {
    try subscriptions.filter(\.isActive).map { subscription in
      let previous = subscriptionsBefore[subscription.name]
      if subscription.backfill, previous?.backfill != true { return try backfill(subscription, previous) }
      guard subscription.units != nil || previous?.units != nil else {
        return ConsumerEvents(
          subscription: subscription, common: events.filter { subscription.wants($0.name) }, own: [])
      }
      return try scoped(subscription, previous, events)
    }
  }

  /// Everything that is there now, as if it came with this step; and what a consumer knew before and is gone for it.
  private func backfill(_ subscription: Subscription, _ previous: Subscription?) throws -> ConsumerEvents {
    let scope = Scope(subscription, after.units)
    let scopeBefore = previous.map { Scope($0, before.units) }
    let goneUnits = previous == nil ? [] : before.units.sorted.filter { after.units[$0.id] == nil }
    let units =
      after.units.sorted.compactMap { unitDraft(before: nil, after: $0) }
      + goneUnits.compactMap { unitDraft(before: $0, after: nil) }
    let people = try everybody().flatMap { id -> [EventDraft] in
      let (old, new) = (try before.state(id), try after.state(id))
      if let new, scope.contains(new) { return personDrafts(before: nil, after: new) }
      guard let old, scopeBefore?.contains(old) == true else { return [] }
      return personDrafts(before: old, after: nil, reason: new == nil ? nil : outOfScope)
    }
    let seen = units.map(stamp.event).filter { sees($0, subscription, scopeBefore ?? scope, scope) }
    let own = (seen + people.map(stamp.event)).filter { subscription.wants($0.name) }
    return ConsumerEvents(subscription: subscription, common: [], own: own)
  }

  /// Only people in sight; coming into sight is being created, leaving it is being deactivated, whatever the cause.
  private func scoped(_ subscription: Subscription, _ previous: Subscription?, _ events: [Event]) throws
    -> ConsumerEvents
  {
    let scopeBefore = Scope(previous ?? subscription, before.units)
    let scopeAfter = Scope(subscription, after.units)
    var inSight: Set<Int> = []
    var own: [Event] = []
    for id in scopeBefore == scopeAfter ? touched : try everybody() {
      let (old, new) = (try before.state(id), try after.state(id))
      let (was, isNow) = (old.map(scopeBefore.contains) ?? false, new.map(scopeAfter.contains) ?? false)
      if (was && isNow) || (was && new == nil) || (isNow && old == nil) {
        inSight.insert(id.rawValue)
      } else if was {
        own += personDrafts(before: old, after: nil, reason: outOfScope).map(stamp.event)
      } else if isNow {
        own += personDrafts(before: nil, after: new).map(stamp.event)
      }
    }
    return ConsumerEvents(
      subscription: subscription,
      common: events.filter { event in
        guard subscription.wants(event.name) else { return false }
        return event.kind == .unit
          ? sees(event, subscription, scopeBefore, scopeAfter) : inSight.contains(event.recordID)
      },
      own: own.filter { subscription.wants($0.name) })
  }

  /// Whether a consumer hears of a unit. Whoever subscribed with a key that is for some units hears of these and those below
  /// them, as the key reads no others; whom people subscribed knows all units.
  private func sees(_ event: Event, _ subscription: Subscription, _ before: Scope, _ after: Scope) -> Bool {
    subscription.system == nil || before.contains(UnitID(event.recordID)) || after.contains(UnitID(event.recordID))
  }
}

/// The units whose people a consumer may see; `nil` for all.
struct Scope: Equatable {
  private let units: Set<UnitID>?

  init(_ subscription: Subscription, _ directory: UnitDirectory) {
    units = subscription.units.map(directory.below)
  }

  func contains(_ unit: UnitID) -> Bool { units?.contains(unit) ?? true }

  func contains(_ state: PersonState) -> Bool {
    units.map { scope in state.units.contains { scope.contains($0.id) } } ?? true
  }
}
