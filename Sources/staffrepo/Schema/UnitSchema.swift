import RecordSchema

extension SchemaForm {
  static var unit: SchemaForm {
    fields(Unit.fields.map { field in unitFields.first { $0.name == field.name } ?? .init(field.name, anything, "") })
  }

  private static let unitFields: [SchemaField] = [
    .init(
      "id", identifier, isRequired: true,
      "The unit's number in every other system. Unique for ever: never change it, never give it to another unit.",
      examples: [3]),
    .init(
      "code", unitCode, isRequired: true,
      "The short name by which records name the unit. The file is named after it.", examples: ["care-team-a"]),
    .init("name", text(1...128), isRequired: true, "The unit's name, as people read it.", examples: ["Care Team A"]),
    .init("parent", unitCode, "The code of the unit above it. Only the topmost has none.", examples: ["care-services"]),
    .init("type", text(1...64), "What kind of unit it is, in your own words.", examples: ["team"]),
    .init(
      "cost_centre", text(1...64), "The cost centre that finance books the unit's people on.", examples: ["CC-2010"]),
    .init("manager", reference, "The employee reference of whoever leads the unit.", examples: ["EMP004"]),
    .init("is_active", boolean, "true unless false stands here: the unit is closed.", examples: [false]),
    .init(
      "external_ids", externalIDs,
      "The unit's numbers in other systems, each as system: number. For entra it is the group's object id.",
      examples: [["entra": "b9049a6d-73cc-5fa0-8859-3f4ae3234139"]]),
  ]
}
