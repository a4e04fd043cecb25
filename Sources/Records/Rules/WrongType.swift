import RecordSchema

extension Rule {
  public static let wrongType = Rule(
    "S003", "wrong-type",
    explanation: "The value has another shape than the field takes: a list where text belongs, for example.",
    example: .person("first_name: «[Grace, Anne]»", right: "first_name: Grace Anne"))
}
