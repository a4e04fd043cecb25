import RecordSchema

extension Rule {
  public static let controlCharacter = Rule(
    "S011", "control-character",
    explanation:
      "Line breaks, control characters and characters that turn the writing direction do not belong in a field; they break files or make a text look like another.",
    example: .person("first_name: «\"Gra\\u202Ece\"»", right: "first_name: Grace"),
    help: "Retype the text on one line.")
}
