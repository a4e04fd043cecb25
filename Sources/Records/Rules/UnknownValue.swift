import RecordSchema

extension Rule {
  public static let unknownValue = Rule(
    "S007", "unknown-value", explanation: "The field takes one of a few words, and this is none of them.",
    example: .person("employment_status: «retired»", right: "employment_status: active"))
}
