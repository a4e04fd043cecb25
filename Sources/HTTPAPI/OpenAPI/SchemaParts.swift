import RecordSchema

/// What schemas are made of.
enum SchemaParts {
  static let text: JSON = ["type": "string"]
  static let textOrNull: JSON = ["type": ["string", "null"]]
  static let count: JSON = ["type": "integer", "minimum": 0]
  static let number: JSON = ["type": "integer", "minimum": 1]
  static let yes: JSON = ["const": true]
  static let day: JSON = ["type": "string", "format": "date"]
  static let commit: JSON = ["type": "string", "pattern": "^[0-9a-f]{40}$"]
  static let digest: JSON = ["type": "string", "pattern": "^sha256:[0-9a-f]{64}$"]

  static func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/\(name)")] }

  static func list(of items: JSON) -> JSON { ["type": "array", "items": items] }

  static func described(_ explanation: String, _ form: JSON) -> JSON {
    guard case .object(let members) = form else { return form }
    return .object(members + [.init("description", .string(explanation))])
  }

  /// Of the first, all are there.
  static func object(_ members: [JSON.Member], optional: [JSON.Member] = []) -> JSON {
    [
      "type": "object", "required": .array(members.map { .string($0.name) }), "properties": .object(members + optional),
    ]
  }

  static func object(_ members: KeyValuePairs<String, JSON>, optional: KeyValuePairs<String, JSON> = [:]) -> JSON {
    object(members.map { JSON.Member($0, $1) }, optional: optional.map { JSON.Member($0, $1) })
  }

  /// What a request may hold, and nothing else.
  static func closed(_ members: [JSON.Member], required: [String] = []) -> JSON {
    [
      "type": "object", "required": .array(required.map(JSON.string)), "properties": .object(members),
      "additionalProperties": false,
    ]
  }

  /// A problem that holds more.
  static func problem(_ members: KeyValuePairs<String, JSON>) -> JSON {
    ["allOf": [reference("Problem"), ["type": "object", "properties": .object(members.map { .init($0, $1) })]]]
  }
}
