import Access
import RecordSchema

/// The schemas that the document's operations refer to. Open: members may be added, and a consumer that refuses what it does
/// not know breaks with the next version.
struct DocumentSchemas {
  let forms: RecordForms

  var all: [JSON.Member] {
    [
      .init("Person", forms.person), .init("Unit", forms.unit),
      .init("StaffList", list("Person", listMeta)),
      .init("OnePerson", object(["data": reference("Person"), "meta": object(meta)])),
      .init("UnitList", list("Unit", meta + [.init("total", count), .init("digest", digest)])),
      .init("Key", key), .init("Health", object(["status": ["const": "ok"]])),
      .init("Readiness", object(["status": ["const": "ready"], "commit": commit, "as_of": day])),
      .init("Status", status), .init("Manifest", manifest), .init("NewHires", newHires),
      .init("ImportAnswer", ["type": "object"]), .init("SubscriptionWish", subscriptionWish),
      .init("SubscriptionAnswer", ["type": "object"]), .init("Problem", problem),
    ]
  }

  private var text: JSON { ["type": "string"] }
  private var textOrNull: JSON { ["type": ["string", "null"]] }
  private var count: JSON { ["type": "integer", "minimum": 0] }
  private var day: JSON { ["type": "string", "format": "date"] }
  private var commit: JSON { ["type": "string", "pattern": "^[0-9a-f]{40}$"] }
  private var digest: JSON { ["type": "string", "pattern": "^sha256:[0-9a-f]{64}$"] }

  private func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }

  /// All members are there.
  private func object(_ members: [JSON.Member], optional: [JSON.Member] = []) -> JSON {
    [
      "type": "object", "required": .array(members.map { .string($0.name) }), "properties": .object(members + optional),
    ]
  }

  private func object(_ members: KeyValuePairs<String, JSON>) -> JSON { object(members.map { JSON.Member($0, $1) }) }

  private func list(_ name: String, _ meta: [JSON.Member]) -> JSON {
    list(name, object(meta))
  }

  private func list(_ name: String, _ meta: JSON) -> JSON {
    object(["data": ["type": "array", "items": reference(name)], "meta": meta])
  }

  private var meta: [JSON.Member] {
    [
      .init("organisation_id", ["type": "integer", "minimum": 1]), .init("commit", commit), .init("as_of", day),
      .init(
        "cursor",
        ["type": "string", "description": "What updated_since takes to tell what differs from this answer on."]),
    ]
  }

  private var listMeta: JSON {
    object(
      meta + [
        .init("page", ["type": "integer", "minimum": 1]), .init("per_page", count), .init("total", count),
        .init("digest", digest),
      ],
      optional: [
        .init(
          "full",
          [
            "type": "object", "required": ["total", "digest"], "properties": ["total": count, "digest": digest],
            "description":
              "With updated_since: of the whole selection, inactive people included, so that a copy checks itself after applying what differs.",
          ])
      ])
  }

  private var key: JSON {
    object([
      "name": text, "system": text,
      "scopes": ["type": "array", "items": ["enum": .array(Grant.Scope.allCases.map { .string($0.rawValue) })]],
      "units": ["type": ["array", "null"], "items": text, "description": "null: everybody."],
      "expires_at": ["type": ["string", "null"], "format": "date-time"],
      "organisation_id": ["type": "integer", "minimum": 1], "commit": commit, "as_of": day,
    ])
  }

  private var status: JSON {
    let target = object(
      [
        .init("target", text), .init("status", ["enum": ["active", "pending", "failed", "overdue", "disabled"]]),
        .init("last_sync", textOrNull), .init("commit", textOrNull), .init("behind", ["type": ["integer", "null"]]),
        .init("lag_seconds", ["type": ["integer", "null"]]), .init("error", textOrNull),
        .init("metadata", ["type": "object"]),
      ])
    return object(
      [.init("branch", text), .init("commit", commit), .init("targets", ["type": "array", "items": target])],
      optional: [.init("alarms", ["type": "array", "items": ["type": "object"]])])
  }

  private var manifest: JSON {
    let file = object([
      "name": text, "sha256": ["type": "string", "pattern": "^[0-9a-f]{64}$"], "rows": count, "bytes": count,
    ])
    return object(["system": text, "commit": commit, "as_of": day, "files": ["type": "array", "items": file]])
  }

  private var newHires: JSON {
    let hire: JSON = [
      "type": "object",
      "properties": .object(
        [
          "first_name", "last_name", "email", "employee_reference", "job_title", "employment_start_date",
          "organisational_unit", "department",
        ].map { .init($0, textOrNull) }),
    ]
    let one: JSON = [
      "type": "object", "properties": ["source_system": text, "new_hire": hire],
    ]
    return ["type": ["object", "array"], "anyOf": [one, ["type": "array", "items": ["type": "object"]]]]
  }

  private var subscriptionWish: JSON {
    let names: JSON = ["type": ["array", "null"], "items": text]
    return [
      "type": "object",
      "properties": [
        "action": ["enum": .array(SubscriptionWish.Action.allCases.map { .string($0.rawValue) })],
        "name": [
          "type": ["string", "null"], "description": "The subscription's; made from the system's name if not given.",
        ],
        "url": textOrNull, "events": names, "fields": names, "units": names, "format": textOrNull,
      ],
    ]
  }

  private var problem: JSON {
    object(
      [
        .init("type", ["type": "string", "pattern": "^urn:staffrepo:problem:[a-z-]+$"]), .init("title", text),
        .init("status", ["type": "integer", "minimum": 400, "maximum": 599]),
      ],
      optional: [
        .init("detail", text), .init("errors", ["type": "array", "items": ["type": "object"]]),
      ])
  }
}
