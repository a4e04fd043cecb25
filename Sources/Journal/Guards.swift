import Events
import GitStore
import RecordSchema
import Records

/// A guard's limit, and how near a change comes to it.
public struct GuardReading: Sendable {
  public let limit: Configuration.GuardLimit
  /// The system for which it counts; `nil`: the change itself.
  public let target: String?
  /// The day on which it would count.
  public let date: CalendarDate
  public let count: Int
  /// Of how many before the change; 0 when the number alone does not reach the limit and nobody asked.
  public let of: Int

  public var isTripped: Bool { of > 0 && count > limit.count && count * 100 > limit.percent * of }
}

extension PublishedLine {
  /// How near some commits, each after the one before it, come to the guards.
  ///
  /// - Parameter rules: the settings whose guards hold.
  /// - Parameter date: the day on which they are judged; and on the days on which what they change begins or ends for most.
  public func guards(
    from base: OID, through commits: [OID], by rules: Configuration, on date: CalendarDate
  ) throws -> [GuardReading] {
    try guards(from: staff(at: base), through: commits, by: rules, on: date, isComplete: false)
  }

  /// - Parameter isComplete: works out of how many also where the number alone shows that no guard trips, which costs a
  ///   look at everybody; and leaves the coming days aside.
  public func guards(
    from before: Staff, through commits: [OID], by rules: Configuration, on date: CalendarDate, isComplete: Bool
  ) throws -> [GuardReading] {
    // The same day before and after: what dates alone do is no part of the change.
    let timeline = Timeline(repository, staff: before, settled: date, rewrittenAt: nil)
    var readings: [GuardReading] = []
    for commit in commits {
      try timeline.advance(to: commit, today: { _ in date }, isRewrite: true) { step in
        readings +=
          try isComplete
          ? self.readings(step, rules, date, isComplete: true) : self.guards(of: step, by: rules, on: date)
      }
    }
    return readings
  }

  /// How near one step comes to the guards: on a day, and on the coming days on which most of it begins or ends.
  public func guards(of step: Step, by rules: Configuration, on date: CalendarDate) throws -> [GuardReading] {
    try ([date] + step.comingDays(after: date, limit: 4)).flatMap { day in
      try readings(step.judged(on: day), rules, day, isComplete: false)
    }
  }

  private func readings(
    _ step: Step, _ rules: Configuration, _ date: CalendarDate, isComplete: Bool
  ) throws -> [GuardReading] {
    let change = try step.massChange(hasCohorts: rules.system("lms")?.isEnabled ?? false)
    return try rules.guards.flatMap { limit in
      let counts = change.counts.filter { $0.guardName == limit.name }
      let own = counts.first { $0.target == nil }?.count ?? 0
      let all = [(nil, own)] + counts.compactMap { count in count.target.map { ($0, count.count) } }
      return try all.map { target, count in
        let of = try isComplete || count > limit.count ? total(for: limit.name, target, step) : 0
        return GuardReading(limit: limit, target: target, date: date, count: count, of: of)
      }
    }
  }

  private func total(for guardName: String, _ target: String?, _ step: Step) throws -> Int {
    if guardName == "memberships_lost" { return try step.membershipsBefore() }
    if let target { return try step.activePeople(inSightOf: target) }
    return try step.peopleBefore()
  }
}
