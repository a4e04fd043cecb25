import RecordSchema

/// An approval ends soon.
enum BoundlessApproval: ApprovalRule {
  static let rule = Rule(
    "G013", "long-approval", severity: .warning,
    explanation:
      "An approval is for one change. One that holds for more than 90 days lets later mistakes of the same kind pass.",
    example: .approval("expires: «2030-01-01»", right: "expires: 2026-03-31"),
    help: "Write a date a few days after the change.")

  static func check(_ approval: Located<Approval>, _ context: RuleContext) -> [Finding] {
    guard let expires = approval.record.expires, expires > context.date.adding(days: 90) else { return [] }
    return [approval.finding(rule, at: "expires", "The approval \(approval.stem) holds until \(expires).")]
  }
}
