import RecordSchema

/// One record that differs between two trees, field by field.
public struct Change: Sendable, Equatable {
  public enum Effect: String, Sendable {
    case created, updated, removed
  }

  public struct FieldChange: Sendable, Equatable {
    public let field: String
    public let old: JSON
    public let new: JSON
  }

  public let kind: RecordKind
  public let effect: Effect
  public let id: Int
  /// The employee reference or unit code.
  public let key: String
  public let path: String
  /// Where the record was, when the file moved or was removed.
  public let oldPath: String?
  public let fields: [FieldChange]
}

/// A record and the file that holds it.
public struct Located<Record: Sendable>: Sendable {
  public let record: Record
  public let path: String

  public init(_ record: Record, path: String) {
    self.record = record
    self.path = path
  }
}

extension Change {
  /// `nil` when no field differs: a file that only moves is no change.
  public static func of(_ before: Located<Person>?, _ after: Located<Person>?) -> Change? {
    of(before, after, kind: .person, fields: Person.fields, id: \.id.rawValue, key: \.reference.rawValue)
  }

  public static func of(_ before: Located<Unit>?, _ after: Located<Unit>?) -> Change? {
    of(before, after, kind: .unit, fields: Unit.fields, id: \.id.rawValue, key: \.code.rawValue)
  }

  private static func of<Record: Equatable & Sendable>(
    _ before: Located<Record>?, _ after: Located<Record>?, kind: RecordKind, fields: [RecordField<Record>],
    id: (Record) -> Int, key: (Record) -> String
  ) -> Change? {
    guard let current = after ?? before, before?.record != after?.record else { return nil }
    return Change(
      kind: kind, effect: before == nil ? .created : after == nil ? .removed : .updated, id: id(current.record),
      key: key(current.record), path: current.path,
      oldPath: before.flatMap { $0.path == after?.path ? nil : $0.path },
      fields: fieldChanges(before?.record, after?.record, fields))
  }

  /// The fields whose values differ; an absent record has none of them.
  public static func fieldChanges<Record>(_ before: Record?, _ after: Record?, _ fields: [RecordField<Record>])
    -> [FieldChange]
  {
    fields.compactMap { field in
      let old = before.map(field.value) ?? .null
      let new = after.map(field.value) ?? .null
      return old == new ? nil : FieldChange(field: field.name, old: old, new: new)
    }
  }

  /// The shape of `diff --format json`.
  public var json: JSON {
    [
      "kind": .string(kind.rawValue), "change": .string(effect.rawValue), "id": .int(id), "key": .string(key),
      "path": .string(path), "old_path": .optional(oldPath),
      "fields": .array(fields.map { ["field": .string($0.field), "old": $0.old, "new": $0.new] }),
    ]
  }
}
