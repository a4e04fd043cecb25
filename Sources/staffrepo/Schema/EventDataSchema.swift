import RecordSchema

/// What the events' data hold. Only the id is sure: the rest depends on the fields that a subscription names.
extension SchemaForm {
  static var personData: SchemaForm { data(Person.outputFields + ["unit", "removed"], special: personForms) }
  static var unitData: SchemaForm { data(Unit.fields.map(\.name) + ["removed"], special: unitForms) }

  /// A person as the API lists them: all fields are there, but those that the key may not see.
  static var listedPerson: SchemaForm {
    let hidden: Set = ["salary_grade"]
    return personData.with(["type": "object"]).requiring(Person.outputFields.filter { !hidden.contains($0) })
  }

  static var listedUnit: SchemaForm { unitData.with(["type": "object"]).requiring(Unit.fields.map(\.name)) }

  private static func data(_ names: [String], special: [String: SchemaForm]) -> SchemaForm {
    SchemaForm([
      "required": ["id"], "properties": .object(names.map { .init($0, (special[$0] ?? textOrNull).json) }),
    ])
  }

  private static let textOrNull = SchemaForm(["type": ["string", "null"]])
  private static let flagValue = SchemaForm(["type": "boolean"])
  private static let idValue = SchemaForm(["type": "integer", "minimum": 1])
  private static let ids = SchemaForm(["type": "object", "additionalProperties": ["type": "string"]])
  private static let day = SchemaForm(["type": ["string", "null"], "format": "date"])

  private static let unitReference = SchemaForm([
    "type": "object", "required": ["id", "code", "name"],
    "properties": ["id": idValue.json, "code": ["type": "string"], "name": ["type": "string"]],
  ])

  private static let assignment = SchemaForm([
    "type": ["string", "object"], "required": ["unit"],
    "properties": ["unit": ["type": "string"], "from": day.json, "until": day.json],
  ])

  private static var personForms: [String: SchemaForm] {
    [
      "id": idValue, "employee_reference": SchemaForm(["type": "string"]),
      "employment_start_date": day, "employment_end_date": day,
      "employment_status": choice(of: Person.EmploymentStatus.self), "is_active": flagValue,
      "organisational_units": SchemaForm(["type": "array", "items": unitReference.json])
        .with(["description": "The units in force on the day, the main one first."]),
      "photo_path": textOrNull.with(["description": "Only while the photo is approved."]),
      "photo_status": choice(of: Person.PhotoStatus.self), "external_ids": ids,
      "source": SchemaForm(["type": ["object", "null"]]), "custom": SchemaForm(["type": "object"]),
      "status": choice(of: StaffStatus.self).with(["description": "What the person is on the day."]),
      "unit_schedule": SchemaForm(["type": ["array", "null"], "items": assignment.json])
        .with(["description": "The record's own list, when it says more than the units of the day."]),
      "unit": unitReference.with(["description": "The unit gained or lost."]),
      "removed": SchemaForm(["const": true]),
    ]
  }

  private static var unitForms: [String: SchemaForm] {
    [
      "id": idValue, "code": SchemaForm(["type": "string"]), "is_active": flagValue, "external_ids": ids,
      "removed": SchemaForm(["const": true]),
    ]
  }
}
