import RecordSchema

extension Rule {
  public static let wrongLength = Rule(
    "S008", "wrong-length",
    explanation:
      "The text is empty or longer than downstream systems can hold; they would cut it or refuse the record.",
    example: .person("first_name: «\"\"»", right: "first_name: Grace"),
    help: "Shorten the text, or remove the line if there is nothing to say.")
}
