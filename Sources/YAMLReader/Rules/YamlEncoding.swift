import RecordSchema

extension Rule {
  public static let yamlEncoding = Rule(
    "Y006", "encoding",
    explanation:
      "Files are UTF-8 text without control characters. Other bytes show as wrong letters downstream, or break the import there.",
    example: .person("first_name: Gr«\u{7}»ce", right: "first_name: Grace"),
    help: "Save the file as UTF-8 and retype the character at this place.")
}
