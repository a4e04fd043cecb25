import RecordSchema

/// How many people a step touches in each of the ways that guards watch.
public struct MassChange: Sendable {
  public struct Count: Sendable {
    public let guardName: String
    /// The system for which it counts; `nil`: the change itself.
    public let target: String?
    public let count: Int
  }

  public private(set) var counts: [Count] = []
  private var totals: [String: Int] = [:]

  init(_ step: Step, hasCohorts: Bool) throws {
    var (cohortsLost, lost) = (0, step.subscriptions.map { _ in 0 })
    let scopes = step.subscriptions.map { subscription in
      subscription.units.map { _ in
        (
          Scope(step.subscriptionsBefore[subscription.name] ?? subscription, step.before.units),
          Scope(subscription, step.after.units)
        )
      }
    }
    let concerned = scopes.contains { $0.map { $0.0 != $0.1 } ?? false } ? try step.everybody() : step.touched
    let touched = Set(step.touched)
    for id in concerned {
      let (old, new) = (try step.before.state(id), try step.after.state(id))
      if touched.contains(id) {
        count(old, new)
        // A cohort is known by the unit's code: with another code its members are in another cohort.
        let codes = Set(new?.units.map(\.code) ?? [])
        cohortsLost += old?.units.count { !codes.contains($0.code) } ?? 0
      }
      for (number, scope) in scopes.enumerated() {
        guard let (before, after) = scope, let old, old.status.isActive, before.contains(old) else { continue }
        if !(new.map { $0.status.isActive && after.contains($0) } ?? false) { lost[number] += 1 }
      }
    }
    counts = totals.map { Count(guardName: $0.key, target: nil, count: $0.value) }
    if hasCohorts, cohortsLost > totals["memberships_lost"] ?? 0 {
      counts.append(Count(guardName: "memberships_lost", target: "export/lms", count: cohortsLost))
    }
    for (number, subscription) in step.subscriptions.enumerated() where lost[number] > 0 {
      counts.append(Count(guardName: "deactivations", target: subscription.target, count: lost[number]))
    }
  }

  private mutating func count(_ old: PersonState?, _ new: PersonState?) {
    func add(_ name: String, _ number: Int = 1) { totals[name, default: 0] += number }
    guard let old else {
      if new != nil { add("creations") }
      return
    }
    if new == nil { add("removals") }
    if old.status.isActive, new?.status.isActive != true { add("deactivations") }
    let units = new?.unitIDs ?? []
    add("memberships_lost", old.units.count { !units.contains($0.id) })
    guard let new else { return }
    if old.person.lineManager?.folded != new.person.lineManager?.folded { add("manager_changes") }
    if old.person.email.lowercased() != new.person.email.lowercased() { add("email_changes") }
  }
}

extension Step {
  /// - Parameter hasCohorts: the LMS is on, where groups are known by the units' codes.
  public func massChange(hasCohorts: Bool) throws -> MassChange { try MassChange(self, hasCohorts: hasCohorts) }

  /// The same step, judged on another day.
  public func judged(on date: CalendarDate) -> Step {
    guard date != before.date || date != after.date else { return self }
    var step = self
    step.before = Moment(date: date, units: before.units, person: before.person, image: before.image)
    step.after = Moment(date: date, units: after.units, person: after.person, image: after.image)
    return step
  }

  /// The days after one on which something begins or ends for most of those whom the step touches, at most so many.
  public func comingDays(after date: CalendarDate, limit: Int) throws -> [CalendarDate] {
    var numbers: [CalendarDate: Int] = [:]
    for id in touched {
      for day in try after.person(id)?.boundaryDates ?? [] where day > date { numbers[day, default: 0] += 1 }
    }
    return numbers.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(limit).map(\.key).sorted()
  }

  /// How many people a consumer that is limited to some units saw before the step, and were active.
  public func activePeople(inSightOf target: String) throws -> Int {
    guard let subscription = subscriptions.first(where: { $0.target == target }) else { return 0 }
    let scope = Scope(subscriptionsBefore[subscription.name] ?? subscription, before.units)
    return try everybody().count { id in
      try before.state(id).map { $0.status.isActive && scope.contains($0) } ?? false
    }
  }

  /// How many memberships were in force before the step.
  public func membershipsBefore() throws -> Int {
    try everybody().reduce(0) { sum, id in sum + (try before.state(id)?.units.count ?? 0) }
  }

  /// How many people there were before the step.
  public func peopleBefore() throws -> Int { try everybody().count { try before.person($0) != nil } }
}
