import RecordSchema

extension Rule {
  public static let unknownSubscriptionField = Rule(
    "W005", "unknown-subscription-field",
    explanation: "The subscription asks for a field that no record has, so it never gets what was meant.",
    example: .webhook("fields: [id, «surname»]", right: "fields: [id, last_name]"))
}
