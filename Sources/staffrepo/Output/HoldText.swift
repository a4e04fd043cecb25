import GitStore
import Journal
import RecordSchema

/// Why the branch is held, as people read it.
enum HoldText {
  static func text(_ hold: Hold) -> String {
    "HELD at \(hold.commit.short): \(reasons(hold)). Nothing after it is published but that people are no longer active"
      + (hold.isAboutAccess ? " by date" : "") + ". \(remedy(hold))"
  }

  static func reasons(_ hold: Hold) -> String {
    worst(hold).map { tripped in
      "guard \(tripped.name)\(tripped.target.map { " for \($0)" } ?? ""), \(tripped.count) of \(tripped.of)"
    }.joined(separator: "; ")
  }

  static func remedy(_ hold: Hold) -> String {
    let wanted = worst(hold).map { "guard: \($0.name), limit: \($0.count)" }.joined(separator: " and ")
    return
      ([
        "If it is not meant, revert it. If it is, one of the approvers commits a file in data/approvals with \(wanted), expires and reason."
      ]
      + hold.notes).joined(separator: " ")
  }

  /// Each guard once, where it counts most.
  private static func worst(_ hold: Hold) -> [Hold.TrippedGuard] {
    Dictionary(grouping: hold.guards, by: \.name).values.compactMap { $0.max { $0.count < $1.count } }
      .sorted { $0.name < $1.name }
  }
}
