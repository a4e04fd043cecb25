import RecordSchema

extension Rule {
  public static let yamlDuplicateKey = Rule(
    "Y002", "duplicate-key",
    explanation:
      "A field stands twice in the same record. Programs differ in which of the two they read, so neither is taken.",
    example: .person("job_title: Nurse\n«job_title»: Senior Nurse", right: "job_title: Senior Nurse"),
    help: "Delete the line that is not meant.")
}
