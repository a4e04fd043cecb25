import RecordSchema

extension SchemaForm {
  /// The envelope of `Event.envelope`. Open: a consumer that refuses what it does not know breaks with the next version.
  static var event: SchemaForm {
    let isUnitEvent: JSON = ["properties": ["event": ["pattern": #"^unit\."#]], "required": ["event"]]
    let namesUnit: JSON = ["properties": ["event": ["pattern": #"^person\.unit\."#]], "required": ["event"]]
    return open(envelope).with([
      "allOf": [
        [
          "if": isUnitEvent, "then": ["properties": ["data": unitData.json]],
          "else": ["properties": ["data": personData.json]],
        ],
        ["if": namesUnit, "then": ["properties": ["data": ["required": ["unit"]]]]],
      ]
    ])
  }

  /// Those that are not required may be absent, but are never null.
  private static func open(_ fields: [SchemaField]) -> SchemaForm {
    SchemaForm([
      "type": "object", "required": .array(fields.filter(\.isRequired).map { .string($0.name) }),
      "properties": .object(fields.map { .init($0.name, $0.present) }),
    ])
  }

  private static let uuid = SchemaForm(["type": "string", "format": "uuid"])
  private static let time = SchemaForm(["type": "string", "format": "date-time", "pattern": "Z$"])
  private static let positive = SchemaForm(["type": "integer", "minimum": 1])
  private static let string = SchemaForm(["type": "string"])
  private static let truth = SchemaForm(["const": true])

  private static var envelope: [SchemaField] {
    let sequence = SchemaForm([
      "type": "array", "prefixItems": [["type": "integer", "minimum": 0], ["type": "integer", "minimum": 1]],
      "items": false, "minItems": 2,
    ])
    let change = SchemaForm(["type": "object", "required": ["old", "new"]])
    return [
      .init(
        "id", uuid, isRequired: true, "The same on every attempt to deliver it: skip one that you have seen before."),
      .init("event", choice(of: EventName.self), isRequired: true, "What happened.", examples: ["person.updated"]),
      .init(
        "timestamp", time, isRequired: true, "The commit's own time, or the beginning of the day that made the event.",
        examples: ["2026-01-15T10:30:00Z"]),
      .init("organisation_id", positive, isRequired: true, "organisation.id of staffrepo.yaml.", examples: [1]),
      .init(
        "commit", SchemaForm(["type": "string", "pattern": "^(?:[0-9a-f]{40}|[0-9a-f]{64})$"]), isRequired: true,
        "The commit on whose tree the event was judged."),
      .init(
        "sequence", sequence, isRequired: true,
        "Ever rising, to be compared pairwise: the publication, and the number within it.", examples: [[42, 3]]),
      .init(
        "data", SchemaForm(["type": "object"]), isRequired: true,
        "The person or unit after the change, as far as the subscription may see it. Removed: as last known."),
      .init(
        "changes", SchemaForm(["type": "object", "additionalProperties": change.json]), isRequired: true,
        "The fields that changed, each with its old and new value.",
        examples: [["job_title": ["old": "Nurse", "new": "Senior Nurse"]]]),
      .init("on", date, "The day that made the event, when no commit did."),
      .init("removed", truth, "The record is gone, or out of the subscription's sight."),
      .init("reason", string, "out_of_scope: the record is still there, but not for this subscription."),
      .init("rewritten", truth, "The branch was rewritten; the event tells the net difference."),
    ]
  }
}
