import RecordSchema
import Testing

@testable import Events

/// Two moments of a small organisation: who is there, and in which unit.
private func step(
  before: [Int: String] = [:], after: [Int: String] = [:], subscriptionBefore: Subscription?,
  subscription: Subscription,
  renamedUnits: [Int] = []
) -> Step {
  let units = ["a", "b"].enumerated().map { Unit(id: UnitID($0.offset + 1), code: UnitCode($0.element)) }
  func moment(_ people: [Int: String], isAfter: Bool = false) -> Moment {
    let current = units.map { unit in
      var unit = unit
      if isAfter, renamedUnits.contains(unit.id.rawValue) { unit.name = "Another name" }
      return unit
    }
    return Moment(
      date: CalendarDate(dayNumber: 20_000), units: UnitDirectory(current),
      person: { id in
        people[id.rawValue].map { code in
          var person = Person(id: id, reference: EmployeeReference("EMP\(id.rawValue)"))
          person.units = [UnitAssignment(unit: UnitCode(code))]
          return person
        }
      }, image: { _ in nil })
  }
  let everybody = Set(before.keys).union(after.keys).sorted().map { PersonID($0) }
  return Step(
    before: moment(before), after: moment(after, isAfter: true),
    stamp: EventStamp(
      origin: .commit("c"), commit: "c", timestamp: Instant(seconds: 0), organisation: 1,
      ids: EventIDs(organisation: 1, rewrittenAt: nil), isRewritten: false),
    touched: everybody.filter { before[$0.rawValue] != after[$0.rawValue] },
    touchedUnits: renamedUnits.map { UnitID($0) },
    everybody: { everybody }, subscriptionsBefore: subscriptionBefore.map { [$0] } ?? [], subscriptions: [subscription],
    sensitiveFields: [])
}

private func subscription(units: [String]? = nil, backfill: Bool = false) -> Subscription {
  var subscription = Subscription(name: "x")
  subscription.units = units?.map { UnitCode($0) }
  subscription.backfill = backfill
  return subscription
}

private func told(_ step: Step) throws -> [String] {
  let all: [Event] = try step.consumerEvents(step.events()).flatMap { $0.common + $0.own }
  let people = all.filter { $0.kind == .person }.sorted { $0.order < $1.order }
  return people.map { event -> String in
    let what = "\(event.name.rawValue) \(event.recordID)"
    return event.reason.map { "\(what) \($0)" } ?? what
  }
}

@Suite struct `What one consumer is told` {
  @Test func `a key for some units hears of these units only, whom people subscribed of all`() throws {
    func told(_ subscription: Subscription) throws -> [Int] {
      let step = step(subscriptionBefore: subscription, subscription: subscription, renamedUnits: [1, 2])
      return try step.consumerEvents(step.events()).flatMap { $0.common + $0.own }.map(\.recordID)
    }
    var limited = subscription(units: ["b"])
    #expect(try told(limited) == [1, 2])
    limited.system = "app"
    #expect(try told(limited) == [2])
  }

  @Test func `coming into sight is being created, leaving it is being deactivated`() throws {
    let scoped = subscription(units: ["a"])
    let moved = step(
      before: [1: "a", 2: "b", 3: "b"], after: [1: "b", 2: "a", 3: "b"], subscriptionBefore: scoped,
      subscription: scoped)
    #expect(
      try told(moved) == [
        "person.deactivated 1 out_of_scope", "person.unit.removed 1 out_of_scope", "person.created 2",
        "person.unit.assigned 2",
      ])
  }

  @Test func `a subscription that narrows deactivates those who are out of it now`() throws {
    let narrowed = step(
      before: [1: "a", 2: "b"], after: [1: "a", 2: "b"], subscriptionBefore: subscription(),
      subscription: subscription(units: ["a"]))
    #expect(try told(narrowed) == ["person.deactivated 2 out_of_scope", "person.unit.removed 2 out_of_scope"])
  }

  @Test func `a new subscription gets what its own commit brings, and no more`() throws {
    let added = step(
      before: [1: "a"], after: [1: "a", 2: "a"], subscriptionBefore: nil, subscription: subscription())
    #expect(try told(added) == ["person.created 2", "person.unit.assigned 2"])
  }

  @Test func `backfill is everything that is there, and whoever is gone since`() throws {
    let filled = step(
      before: [1: "a", 2: "a", 3: "b"], after: [1: "a", 3: "b"], subscriptionBefore: subscription(),
      subscription: subscription(units: ["a"], backfill: true))
    #expect(
      try told(filled) == [
        "person.created 1", "person.unit.assigned 1", "person.deactivated 2", "person.unit.removed 2",
        "person.deactivated 3 out_of_scope", "person.unit.removed 3 out_of_scope",
      ])
  }
}
