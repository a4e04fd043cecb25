import RecordSchema

extension Rule {
  public static let hiddenCharacter = Rule(
    "Y013", "hidden-character", severity: .warning,
    explanation:
      "Between the values, in a comment perhaps, is a character that nobody sees, or that turns the writing direction: a reviewer would read something else than what the file says.",
    example: .person("job_title: Nurse # «\u{202E}»eldnah", right: "job_title: Nurse # handle"),
    help: "Delete the line and type it again.")
}
