import RecordSchema

extension Rule {
  public static let notAnInteger = Rule(
    "S004", "not-a-whole-number", explanation: "The field takes a whole number from 1 on.",
    example: .person("id: «seventeen»", right: "id: 17"),
    help: "Write digits only, without dots or blanks.")
}
