import RecordSchema

extension Rule {
  public static let yamlTag = Rule(
    "Y004", "tag",
    explanation:
      "A tag (!name) asks a YAML program to build a special object. Records hold plain text, lists and fields only.",
    example: .person("first_name: «!!str Grace»", right: "first_name: Grace"),
    help: "Remove the tag. If the text starts with ! by intention, put it in double quotes.")
}
