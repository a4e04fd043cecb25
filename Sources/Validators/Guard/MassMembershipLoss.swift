import RecordSchema

/// Many people would lose their place in a unit, and with it groups, cohorts and rights; also when a unit is deleted, gets another id, or, for the LMS, another code.
enum MassMembershipLoss: GuardRule {
  static let rule = Rule(
    "G003", "mass-membership-loss",
    explanation:
      "Many people would lose their place in a unit, and with it groups, cohorts and rights; also when a unit is deleted, gets another id, or, for the LMS, another code. More than the guard memberships_lost allows, in number and in percent, wants an approval. Guards are read from the commit before the change.",
    example: .none)

  static let guardName = "memberships_lost"
  static let effect = "would end"

  static func counted(_ count: Int) -> String { "\(count) \(count == 1 ? "membership" : "memberships")" }
}
