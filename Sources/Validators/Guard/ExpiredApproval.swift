import RecordSchema

/// Approvals that have ended are cleared away.
enum ExpiredApproval: ApprovalRule {
  static let rule = Rule(
    "G010", "expired-approval", severity: .warning,
    explanation: "The approval has ended and allows nothing any more.",
    example: .approval("expires: «2025-03-31»", right: "expires: 2026-03-31"),
    help: "Delete the file; git keeps it.")

  static func check(_ approval: Located<Approval>, _ context: RuleContext) -> [Finding] {
    guard let expires = approval.record.expires, expires < context.date else { return [] }
    return [approval.finding(rule, at: "expires", "The approval \(approval.stem) ended on \(expires).")]
  }
}
