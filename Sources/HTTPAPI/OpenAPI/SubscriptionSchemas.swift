import RecordSchema

/// What is wished of subscriptions, and what is answered.
enum SubscriptionSchemas {
  private typealias Part = SchemaParts

  static var all: [JSON.Member] {
    [
      .init("SubscriptionWish", wish), .init("SubscriptionAnswer", answer), .init("Subscription", subscription),
      .init("SubscriptionProblem", problem),
    ]
  }

  private static var wish: JSON {
    let names: JSON = ["type": ["array", "string", "null"], "items": Part.text]
    return Part.closed([
      .init("action", ["enum": .array(SubscriptionWish.Action.allCases.map { .string($0.rawValue) })]),
      .init(
        "name",
        Part.described(
          "The subscription's. To subscribe, made from the system's name if not given; to unsubscribe, wanted unless url tells.",
          Part.textOrNull)),
      .init("url", Part.textOrNull), .init("events", names), .init("fields", names), .init("units", names),
      .init("format", Part.textOrNull),
    ])
  }

  private static var subscription: JSON {
    let names: JSON = ["type": ["array", "null"], "items": Part.text]
    return Part.object([
      "name": Part.text, "target": Part.text, "url": Part.text, "events": Part.list(of: Part.text),
      "format": ["enum": .array(Subscription.Format.allCases.map { .string($0.rawValue) })],
      "fields": Part.described("null: all but the sensitive ones.", names),
      "units": Part.described("null: everybody.", names), "is_active": ["type": "boolean"],
    ])
  }

  private static var answer: JSON {
    let warning = Part.object(
      ["code": Part.text, "message": Part.text], optional: ["field": Part.text, "help": Part.text])
    let ended = Part.object(["name": Part.text, "target": Part.text])
    let change = Part.object(
      [
        "state": ["enum": ["accepted", "pending_review"]], "commit": Part.commit, "branch": Part.text,
        "subscription": Part.described(
          "Of one that has ended, name and target.", ["anyOf": [Part.reference("Subscription"), ended]]),
        "warnings": Part.list(of: warning),
      ],
      optional: [
        "reason": Part.described("Why it waits for review.", Part.text),
        "secret": Part.described("To subscribe: verify with it. It is in no other answer.", Part.text),
      ])
    return [
      "anyOf": [
        change, Part.object(["subscriptions": Part.list(of: Part.reference("Subscription"))]),
        Part.object(["state": ["const": "unchanged"]]),
      ]
    ]
  }

  private static var problem: JSON {
    let fault = Part.object(["field": Part.text, "message": Part.text], optional: ["help": Part.text])
    return Part.problem([
      "errors": Part.list(of: fault),
      "names": Part.described("To unsubscribe: the names that there are.", Part.list(of: Part.text)),
      "subscription": Part.described("The one that is there.", Part.reference("Subscription")),
    ])
  }
}
