import RecordSchema

extension Rule {
  public static let blankAtEnd = Rule(
    "S010", "blank-at-end",
    explanation:
      "Blanks at the ends of a text are invisible, and make two equal names different for the systems that compare them.",
    example: .person("first_name: «\"Grace \"»", right: "first_name: Grace"),
    help: "Remove the blanks at the beginning and end of the text.")
}
