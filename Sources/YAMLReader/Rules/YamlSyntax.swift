import RecordSchema

extension Rule {
  public static let yamlSyntax = Rule(
    "Y001", "yaml-syntax",
    explanation:
      "The file is not YAML, so nothing in it can be read. Usual causes are a missing space after a colon, uneven indentation, or an opening quote or bracket without its closing one.",
    example: .person("job_title: Nurse«:» Band 5", right: "job_title: \"Nurse: Band 5\""),
    help: "Compare the line with its neighbours: the same indentation, a space after each colon, quotes in pairs.")
}
