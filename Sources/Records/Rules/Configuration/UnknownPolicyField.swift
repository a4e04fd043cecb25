import RecordSchema

extension Rule {
  public static let unknownPolicyField = Rule(
    "C007", "unknown-policy-field",
    explanation: "A policy guards a field that no record has, so it guards nothing.",
    example: .configuration(
      "policies: [{name: pay, fields: [«salary»], authors: [hr@example.org]}]",
      right: "policies: [{name: pay, fields: [salary_grade], authors: [hr@example.org]}]"),
    help: "Write a field of people or units, or custom.NAME.")
}
