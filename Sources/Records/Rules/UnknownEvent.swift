import RecordSchema

extension Rule {
  public static let unknownEvent = Rule(
    "W004", "unknown-event",
    explanation: "The subscription asks for an event that does not exist, so it never gets what was meant.",
    example: .webhook("events: [\"*\", «person.deleted»]", right: "events: [\"*\", person.deactivated]"))
}
