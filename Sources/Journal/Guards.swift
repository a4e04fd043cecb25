import Events
import GitStore
import RecordSchema
import Records

/// A guard's limit, and how near a change comes to it.
public struct GuardReading: Sendable {
  public let limit: Configuration.GuardLimit
  /// The system for which it counts; `nil`: the change itself.
  public let target: String?
  public let count: Int
  /// Of how many before the change; 0 when the number alone does not reach the limit and nobody asked.
  public let of: Int

  public var isTripped: Bool { of > 0 && count > limit.count && count * 100 > limit.percent * of }
}

extension PublishedLine {
  /// How near the net change between two commits comes to the guards that stood before it.
  ///
  /// - Parameter date: the day on which both are judged.
  /// - Parameter isComplete: works out of how many also where the number alone shows that no guard trips; that costs a
  ///   look at everybody.
  public func guards(
    from base: OID, to head: OID, on date: CalendarDate, isComplete: Bool = false
  ) throws -> [GuardReading] {
    try guards(from: staff(at: base), to: head, on: date, isComplete: isComplete)
  }

  public func guards(
    from before: Staff, to head: OID, on date: CalendarDate, isComplete: Bool
  ) throws -> [GuardReading] {
    let limits = before.configuration.guards
    // The same day before and after: what dates alone do is no part of the change.
    let timeline = Timeline(repository, staff: before, settled: date, rewrittenAt: nil)
    var readings: [GuardReading] = []
    try timeline.advance(to: head, today: { _ in date }, isRewrite: true) { step in
      let change = try step.massChange(hasCohorts: before.configuration.system("lms")?.isEnabled ?? false)
      for limit in limits {
        let counts = change.counts.filter { $0.guardName == limit.name }
        let own = counts.first { $0.target == nil }?.count ?? 0
        for (target, count) in [(nil, own)] + counts.compactMap({ count in count.target.map { ($0, count.count) } }) {
          let isNear = isComplete || count > limit.count
          let of = try isNear ? total(for: limit.name, target, step) : 0
          readings.append(GuardReading(limit: limit, target: target, count: count, of: of))
        }
      }
    }
    return readings
  }

  private func total(for guardName: String, _ target: String?, _ step: Step) throws -> Int {
    if guardName == "memberships_lost" { return try step.membershipsBefore() }
    if let target { return try step.activePeople(inSightOf: target) }
    return try step.peopleBefore()
  }
}
