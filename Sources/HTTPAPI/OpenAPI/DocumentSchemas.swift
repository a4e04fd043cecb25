import Access
import RecordSchema

/// The schemas that the document's operations refer to. Those of answers are open: members may be added, and a consumer that
/// refuses what it does not know breaks with the next version. Those of requests are not: a misspelt member is refused.
struct DocumentSchemas {
  let forms: RecordForms
  private typealias Part = SchemaParts

  var all: [JSON.Member] {
    [
      .init("Person", forms.person), .init("Unit", forms.unit),
      .init("StaffList", list("Person", listMeta)),
      .init("OnePerson", Part.object(["data": Part.reference("Person"), "meta": Part.object(meta)])),
      .init("UnitList", list("Unit", meta + [.init("total", Part.count), .init("digest", Part.digest)])),
      .init("Key", key), .init("Health", Part.object(["status": ["const": "ok"]])),
      .init("Readiness", Part.object(["status": ["const": "ready"], "commit": Part.commit, "as_of": Part.day])),
      .init("Status", status), .init("Manifest", manifest),
    ] + RecruitmentSchemas.all + SubscriptionSchemas.all + [.init("Problem", problem)]
  }

  private func list(_ name: String, _ meta: [JSON.Member]) -> JSON {
    list(name, Part.object(meta))
  }

  private func list(_ name: String, _ meta: JSON) -> JSON {
    Part.object(["data": ["type": "array", "items": Part.reference(name)], "meta": meta])
  }

  private var meta: [JSON.Member] {
    [
      .init("organisation_id", ["type": "integer", "minimum": 1]), .init("commit", Part.commit),
      .init("as_of", Part.day),
      .init(
        "cursor",
        ["type": "string", "description": "What updated_since takes to tell what differs from this answer on."]),
    ]
  }

  private var listMeta: JSON {
    Part.object(
      meta + [
        .init("page", ["type": "integer", "minimum": 1]), .init("per_page", Part.count), .init("total", Part.count),
        .init("digest", Part.digest),
      ],
      optional: [
        .init(
          "full",
          [
            "type": "object", "required": ["total", "digest"],
            "properties": ["total": Part.count, "digest": Part.digest],
            "description":
              "With updated_since: of the whole selection, inactive people included, so that a copy checks itself after applying what differs.",
          ])
      ])
  }

  private var key: JSON {
    Part.object([
      "name": Part.text, "system": Part.text,
      "scopes": ["type": "array", "items": ["enum": .array(Grant.Scope.allCases.map { .string($0.rawValue) })]],
      "units": ["type": ["array", "null"], "items": Part.text, "description": "null: everybody."],
      "expires_at": ["type": ["string", "null"], "format": "date-time"],
      "organisation_id": ["type": "integer", "minimum": 1], "commit": Part.commit, "as_of": Part.day,
    ])
  }

  private var status: JSON {
    let target = Part.object(
      [
        .init("target", Part.text), .init("status", ["enum": ["active", "pending", "failed", "overdue", "disabled"]]),
        .init("last_sync", Part.textOrNull), .init("commit", Part.textOrNull),
        .init("behind", ["type": ["integer", "null"]]),
        .init("lag_seconds", ["type": ["integer", "null"]]), .init("error", Part.textOrNull),
        .init("metadata", ["type": "object"]),
      ])
    return Part.object(
      [
        .init("branch", Part.text), .init("commit", Part.commit), .init("targets", ["type": "array", "items": target]),
      ],
      optional: [.init("alarms", ["type": "array", "items": ["type": "object"]])])
  }

  private var manifest: JSON {
    let file = Part.object([
      "name": Part.text, "sha256": ["type": "string", "pattern": "^[0-9a-f]{64}$"], "rows": Part.count,
      "bytes": Part.count,
    ])
    return Part.object([
      "system": Part.text, "commit": Part.commit, "as_of": Part.day, "files": ["type": "array", "items": file],
    ])
  }

  private var problem: JSON {
    Part.object(
      [
        .init("type", ["type": "string", "pattern": "^urn:staffrepo:problem:[a-z-]+$"]), .init("title", Part.text),
        .init("status", ["type": "integer", "minimum": 400, "maximum": 599]),
      ],
      optional: [
        .init("detail", Part.text), .init("errors", ["type": "array", "items": ["type": "object"]]),
      ])
  }
}
