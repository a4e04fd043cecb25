/// One field of a record as `diff` and events show it.
public struct RecordField<Record>: Sendable {
  public let name: String
  /// The value as typed, with defaults applied.
  public let value: @Sendable (Record) -> JSON
}

extension Person {
  /// The fields of the record itself, in the order of the schema table.
  public static let fields: [RecordField<Person>] = [
    .init(name: "id") { .int($0.id.rawValue) },
    .init(name: "employee_reference") { .string($0.reference.rawValue) },
    .init(name: "first_name") { text($0.firstName) },
    .init(name: "last_name") { text($0.lastName) },
    .init(name: "preferred_name") { .optional($0.preferredName) },
    .init(name: "email") { text($0.email) },
    .init(name: "job_title") { text($0.jobTitle) },
    .init(name: "employment_start_date") { .optional($0.startDate?.description) },
    .init(name: "employment_end_date") { .optional($0.endDate?.description) },
    .init(name: "employment_status") { .string($0.employmentStatus.rawValue) },
    .init(name: "is_active") { .bool($0.isActive) },
    .init(name: "line_manager") { .optional($0.lineManager?.rawValue) },
    .init(name: "salary_grade") { .optional($0.salaryGrade) },
    .init(name: "organisational_units") { .array($0.units.map(\.json)) },
    .init(name: "photo_path") { .optional($0.photoPath) },
    .init(name: "photo_status") { .string($0.photoStatus.rawValue) },
    .init(name: "signature_path") { .optional($0.signaturePath) },
    .init(name: "external_ids") { $0.externalIDs.json },
    .init(name: "source") { $0.source?.json ?? .null },
    .init(name: "custom") { .object($0.custom.map { .init($0.name, $0.value) }) },
  ]

  /// Every name that a subscription's `fields` may list: the record's and the derived ones.
  public static let outputFields: [String] = fields.map(\.name) + ["status", "unit_schedule"]
}

extension Unit {
  public static let fields: [RecordField<Unit>] = [
    .init(name: "id") { .int($0.id.rawValue) },
    .init(name: "code") { .string($0.code.rawValue) },
    .init(name: "name") { text($0.name) },
    .init(name: "parent") { .optional($0.parent?.rawValue) },
    .init(name: "type") { .optional($0.type) },
    .init(name: "cost_centre") { .optional($0.costCentre) },
    .init(name: "manager") { .optional($0.manager?.rawValue) },
    .init(name: "is_active") { .bool($0.isActive) },
    .init(name: "external_ids") { $0.externalIDs.json },
  ]
}

/// `null` for a text that the record lacks.
private func text(_ value: String) -> JSON { value.isEmpty ? .null : .string(value) }

extension UnitAssignment {
  /// The code alone, or an object when there are dates: as the record writes it.
  public var json: JSON {
    guard from != nil || until != nil else { return .string(unit.rawValue) }
    return .compact([
      "unit": .string(unit.rawValue), "from": from.map { .string($0.description) },
      "until": until.map { .string($0.description) },
    ])
  }
}

extension [ExternalID] {
  public var json: JSON { .object(map { .init($0.system, .string($0.id)) }) }
}

extension Person.ImportSource {
  public var json: JSON {
    .compact([
      "system": system.map(JSON.string), "reference": reference.map(JSON.string),
      "imported_at": importedAt.map(JSON.string),
    ])
  }
}
