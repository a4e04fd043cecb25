import RecordSchema

extension Rule {
  public static let malformedCode = Rule(
    "S014", "malformed-code",
    explanation: "A unit's code has small letters, digits and hyphens, and starts with a letter or a digit.",
    example: .person("organisational_units: [«Care Team A»]", right: "organisational_units: [care-team-a]"),
    help: "Use the code exactly as in the unit's own file name.")
}
