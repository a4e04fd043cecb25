import RecordSchema

extension SchemaForm {
  static func webhook(_ configuration: Configuration?) -> SchemaForm {
    fields([
      .init(
        "url", address, isRequired: true, "Where the events are sent.",
        examples: ["https://badges.example.org/hooks/staff"]),
      .init(
        "events", oneOrList(of: choice(["*"] + EventName.allCases.map(\.rawValue))),
        "Which events are sent; * is all of them, as when there is no such line.",
        examples: [["person.created", "person.deactivated"], ["*"]]),
      .init(
        "secrets", oneOrList(of: secret),
        "Where the server finds the secrets that sign the events, the newest first. Never the secret itself.",
        examples: [["env:STAFFREPO_SECRET_DIGITAL_ID"]]),
      .init(
        "format", choice(of: Subscription.Format.self), "staff-service unless something else stands here.",
        examples: ["cloudevents-structured"]),
      .init(
        "fields", oneOrList(of: visibleField(configuration)),
        "The fields that are sent, and no others. Without this line: all but the sensitive ones.",
        examples: [["id", "employee_reference", "first_name", "last_name", "status", "is_active"]]),
      .init(
        "units", list(of: unitCode), "Only people in these units and below them are told of.",
        examples: [["care-services"]]),
      .init("is_active", boolean, "true unless false stands here: nothing is sent.", examples: [false]),
      .init("backfill", boolean, "true: everybody who is there already is sent first.", examples: [true]),
      .init("description", text(1...1000), "What the subscription is for.", examples: ["Badges and door access"]),
      .init(
        "system", text(1...64), "The system with whose key the subscription was made, and may be ended.",
        examples: ["recruitment"]),
    ])
  }

  /// No user name or password before the host: those do not belong in git.
  private static let address = SchemaForm([
    "$ref": "#/$defs/line", "type": "string", "minLength": 1, "maxLength": 2048,
    "pattern": "^[hH][tT][tT][pP][sS]?:/{2,}(?!/)[^/@]*(?:/.*)?$",
    "patternErrorMessage": "Write an address that starts with https://, without a user name or password in it.",
  ])

  private static let secret = SchemaForm([
    "type": "string", "pattern": "^(?:env:STAFFREPO_SECRET_[A-Z0-9_]+|file:[^./][^/]*)$",
    "patternErrorMessage": "Write env:STAFFREPO_SECRET_NAME or file:NAME, never the secret itself.",
  ])

  /// The names of people's and units' fields; without a configuration, any custom one.
  private static func visibleField(_ configuration: Configuration?) -> SchemaForm {
    var names: [String] = []
    for name in Person.outputFields + Unit.fields.map(\.name) where !names.contains(name) { names.append(name) }
    if let configuration { return choice(names + configuration.customFields.map { "custom.\($0.name)" }) }
    return anyOf([choice(names), SchemaForm(["type": "string", "pattern": #"^custom\..+"#])])
  }
}
