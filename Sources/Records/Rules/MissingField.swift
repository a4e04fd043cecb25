import RecordSchema

extension Rule {
  public static let missingField = Rule(
    "S001", "missing-field", explanation: "A field that every such record must have is not there, or is empty.",
    example: .person("«»email:", right: "email: grace.hill@example.org"),
    help: "Add the field with its value.")
}
