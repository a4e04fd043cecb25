import RecordSchema

extension Rule {
  public static let yamlSeveralDocuments = Rule(
    "Y005", "several-documents",
    explanation: "A file holds one record. A second document after --- would be read by nobody.",
    example: .person("first_name: Grace\n«---»", right: "first_name: Grace"),
    help: "Move the second record to a file of its own.")
}
