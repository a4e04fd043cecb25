import RecordSchema

extension Rule {
  public static let malformedReference = Rule(
    "S009", "malformed-reference",
    explanation:
      "A reference has 1 to 16 letters, digits, dots, underscores or hyphens, and starts with a letter or a digit. Microsoft Entra holds no longer one.",
    example: .person("line_manager: «EMP 001»", right: "line_manager: EMP001"),
    help: "Use the reference exactly as in the person's own file name.")
}
