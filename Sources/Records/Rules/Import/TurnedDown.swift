import RecordSchema

extension Rule {
  public static let turnedDown = Rule(
    "I007", "turned-down", severity: .warning,
    explanation:
      "The hire waited for review, and its branch was deleted without being merged: HR turned it down. The same data again do not bring it back.",
    example: .none,
    help:
      "Where it is wanted after all, send it corrected, or as it is with ?again=1 (import recruitment --again): it waits anew, under the same number."
  )
}
