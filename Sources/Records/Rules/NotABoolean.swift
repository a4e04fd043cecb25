import RecordSchema

extension Rule {
  public static let notABoolean = Rule(
    "S006", "not-true-or-false",
    explanation:
      "The field takes true or false, without quotes. yes and no mean different things to different programs.",
    example: .person("is_active: «maybe»", right: "is_active: true"),
    help: "Write true or false, in lower case and without quotes.")
}
