import RecordSchema

extension Rule {
  public static let yamlComplexKey = Rule(
    "Y010", "complex-key",
    explanation: "A field's name is plain text.",
    example: .person("? «[job_title]»\n: Nurse", right: "job_title: Nurse"),
    help: "Write the field as `name: value`.")
}
