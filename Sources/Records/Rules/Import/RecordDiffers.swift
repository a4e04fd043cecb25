import RecordSchema

extension Rule {
  public static let recordDiffers = Rule(
    "I003", "differs", severity: .warning,
    explanation:
      "A row of an imported table is about somebody who is there, and says something else than the record. Which of the two is newer, no program can tell; so the difference is shown, field by field, and nothing is written.",
    example: .none,
    help:
      "Where the table is right, import it with --update, or a table of those columns only that are; otherwise leave the record as it is."
  )
}
