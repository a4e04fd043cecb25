import RecordSchema

extension Rule {
  public static let malformedApprover = Rule(
    "C010", "malformed-person",
    explanation:
      "approvers, and the authors of policies, are known by the e-mail addresses of their commits. (authors may also be *@example.org, or the name by which the server knows who pushes.)",
    example: .configuration("approvers: [«Margaret»]", right: "approvers: [margaret@example.org]"),
    help: "Write the e-mail address that git config user.email shows for that person.")
}
