import RecordSchema

extension Rule {
  public static let repeatedSetting = Rule(
    "C015", "repeated-setting", severity: .warning,
    explanation: "The same word stands twice in a list of staffrepo.yaml. Once is enough; perhaps another was meant.",
    example: .configuration(
      "approvers: [a@example.org, «A@example.org»]", right: "approvers: [a@example.org, b@example.org]"),
    help: "Remove one of the two.")
}
