import RecordSchema

extension Parameter {
  static func flag(_ name: String, _ explanation: String) -> Parameter {
    Parameter(name: name, explanation: explanation, form: ["type": "string", "enum": ["0", "1", "true", "false"]])
  }

  static func text(_ name: String, _ explanation: String, limit: Int) -> Parameter {
    Parameter(name: name, explanation: explanation, form: ["type": "string", "maxLength": .int(limit)])
  }

  static func number(_ name: String, _ explanation: String, _ range: ClosedRange<Int>) -> Parameter {
    Parameter(
      name: name, explanation: explanation,
      form: ["type": "integer", "minimum": .int(range.lowerBound), "maximum": .int(range.upperBound)])
  }

  static func choice(_ name: String, _ explanation: String, _ words: [String]) -> Parameter {
    Parameter(
      name: name, explanation: explanation, form: ["type": "string", "enum": .array(words.map(JSON.string))])
  }

  static let person = Parameter(
    name: "person", place: .path, explanation: "The id or the employee reference.", form: ["type": "string"],
    isRequired: true)

  static let ifNoneMatch = Parameter(
    name: "If-None-Match", place: .header, explanation: "The ETag of what the client has: 304 while it is still so.",
    form: ["type": "string"])
}

extension AnswerForm {
  /// - Parameter schema: one of the document's.
  static func json(_ status: Int, _ explanation: String, _ schema: String) -> AnswerForm {
    AnswerForm(
      status: status, explanation: explanation,
      forms: [("application/json", ["$ref": .string("#/components/schemas/\(schema)")])])
  }

  /// - Parameter schema: of the document's, one that says more than `Problem`.
  static func problem(_ status: Int, _ explanation: String, _ schema: String = "Problem") -> AnswerForm {
    AnswerForm(
      status: status, explanation: explanation,
      forms: [(Problem.mediaType, ["$ref": .string("#/components/schemas/\(schema)")])],
      fields: [429, 503].contains(status) ? ["Retry-After"] : [])
  }

  static func unknown(_ what: String) -> AnswerForm {
    .problem(404, "There is no such \(what), or none that the key may see.")
  }

  static let notModified = AnswerForm(
    status: 304, explanation: "What the client has is still so.", fields: ["ETag"])
}

/// The header fields of answers, as the document tells them.
enum HeaderForms {
  static let records = ["ETag", "Staffrepo-Commit", "Staffrepo-As-Of"]
  static let units = records + ["Staffrepo-Total", "Staffrepo-Digest"]
  static let list = units + ["Staffrepo-Cursor", "Staffrepo-Full-Total", "Staffrepo-Full-Digest", "Link"]
  static let files = records

  static let all: [(name: String, explanation: String, form: JSON)] = [
    ("ETag", "The same tag, the same answer: send it back as If-None-Match.", ["type": "string"]),
    ("Staffrepo-Commit", "The commit that the answer speaks of.", ["type": "string", "pattern": "^[0-9a-f]{40}$"]),
    (
      "Staffrepo-As-Of", "The day that it speaks of, in the organisation's time zone.",
      ["type": "string", "format": "date"]
    ),
    ("Staffrepo-Total", "How many there are in the whole selection.", ["type": "string", "pattern": "^[0-9]+$"]),
    (
      "Staffrepo-Digest", "Over the whole selection, by which a copy is checked.",
      ["type": "string", "pattern": "^sha256:[0-9a-f]{64}$"]
    ),
    (
      "Staffrepo-Cursor", "meta.cursor: what updated_since takes to tell what differs from this answer on.",
      ["type": "string"]
    ),
    (
      "Staffrepo-Full-Total", "meta.full.total, with updated_since: how many there are, inactive people included.",
      ["type": "string", "pattern": "^[0-9]+$"]
    ),
    (
      "Staffrepo-Full-Digest", "meta.full.digest, with updated_since: over all of them.",
      ["type": "string", "pattern": "^sha256:[0-9a-f]{64}$"]
    ),
    ("Link", "The pages before and after (RFC 8288).", ["type": "string"]),
    ("RateLimit-Policy", "The key's quotas.", ["type": "string"]),
    (
      "RateLimit", "What is left of the quota that is nearest to its end, and the seconds until it begins anew.",
      ["type": "string"]
    ),
    ("Retry-After", "Seconds until a request has a chance.", ["type": "string", "pattern": "^[0-9]+$"]),
    ("WWW-Authenticate", "How to present a key.", ["type": "string"]),
    ("X-Request-Id", "By which the log tells of this request.", ["type": "string"]),
  ]
}

/// Forms of the records themselves, which stand in the document as the program's own schemas have them.
public struct RecordForms: Sendable {
  let person: JSON
  let unit: JSON

  public init(person: JSON, unit: JSON) {
    self.person = person
    self.unit = unit
  }
}
