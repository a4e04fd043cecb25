import RecordSchema
import Records

/// Whoever approves is an approver.
enum ApprovalByNobody: ChangeRule {
  static let rule = Rule(
    "G011", "approval-without-approver", severity: .warning,
    explanation:
      "The approval was committed by somebody whom staffrepo.yaml does not list under approvers, as it stood before this change. It allows nothing.",
    example: .none,
    help:
      "One of the approvers commits the file. (A commit names whatever author its maker writes; a policy with signed: true on data/approvals/** proves it.)"
  )

  static func check(_ change: RecordedChange) throws -> [Finding] {
    guard change.source.commit != nil else { return [] }
    return try change.new.compactMap(\.approval).compactMap { approval in
      try Approvals(change).authorFault(of: approval).map {
        approval.finding(rule, at: .record, "The approval \(approval.stem) allows nothing: \($0).")
      }
    }
  }
}
