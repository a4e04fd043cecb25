import Journal
import RecordSchema
import Records

/// A brake on mass changes: refuses a change that exceeds both of a guard's limits and that nobody has approved.
protocol GuardRule: ChangeRule {
  static var guardName: String { get }
  /// `1 person`, `2 people`
  static func counted(_ count: Int) -> String
  /// What happens to them.
  static var effect: String { get }
}

extension GuardRule {
  static func counted(_ count: Int) -> String { "\(count) \(count == 1 ? "person" : "people")" }

  static func check(_ change: RecordedChange) throws -> [Finding] {
    let tripped = try change.guards.get().filter { $0.limit.name == guardName && $0.isTripped }
    guard let largest = tripped.map(\.count).max() else { return [] }
    let standing = try Approvals(change).standing(of: guardName, count: largest)
    if standing.approval != nil { return [] }
    // Of several days and steps, the first day, and on that the one that counts most.
    let byTarget = Dictionary(grouping: tripped) { $0.target ?? "" }
    return byTarget.values.compactMap { $0.min { ($0.date, $1.count) < ($1.date, $0.count) } }.map { reading in
      let whom =
        (reading.target.map { " for \($0)" } ?? "") + (reading.date == change.context.date ? "" : " on \(reading.date)")
      let percent = reading.count * 100 / max(1, reading.of)
      return Finding(
        rule, file: ConfigurationDecoder.path, at: FieldPath("guards").key(guardName), subject: reading.target,
        "\(counted(reading.count)) of \(reading.of) (\(percent) %) \(effect)\(whom); up to \(reading.limit.count), or \(reading.limit.percent) %, go through without approval.\(standing.why)",
        help: help(largest, change))
    }
  }

  private static func help(_ count: Int, _ change: RecordedChange) -> String {
    let approvers = change.rules.approvers
    let who =
      approvers.isEmpty
      ? "somebody whom staffrepo.yaml lists under approvers: (nobody is; that must come first, in a change of its own)"
      : "one of the approvers (\(approvers.joined(separator: ", ")))"
    return
      "If it is not meant, look for the cause: a wrong column in an import, a deleted folder, a renamed unit. If it is, \(who) commits \(change.context.configuration.dataFolder)/approvals/NAME.yaml with the lines guard: \(guardName), limit: \(count), expires: a date, and reason: in the same change."
  }
}
