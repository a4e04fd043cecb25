import RecordSchema

extension Rule {
  public static let unknownField = Rule(
    "S002", "unknown-field",
    explanation:
      "The record has a field that nobody reads. Often it is a misspelt name, and then the real field is missing.",
    example: .person("«jobtitle»: Nurse", right: "job_title: Nurse"),
    help: "Correct the name, remove the line, or declare it under custom_fields in staffrepo.yaml.")
}
