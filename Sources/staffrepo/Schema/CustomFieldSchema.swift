import RecordSchema

extension SchemaForm {
  /// The fields that a configuration declares. Without one nobody knows which there are, and any is good.
  static func custom(_ configuration: Configuration?) -> SchemaForm {
    guard let configuration else {
      return map(of: SchemaForm(["type": ["string", "number", "boolean"]]))
    }
    return fields(
      configuration.customFields.map { field in
        let sensitive = field.isSensitive ? " Sensitive: few systems see it." : ""
        return SchemaField(field.name, form(of: field), "Declared in staffrepo.yaml: a \(field.type).\(sensitive)")
      })
  }

  private static func form(of field: Configuration.CustomFieldDeclaration) -> SchemaForm {
    switch field.type {
    case .boolean: boolean
    case .date: date
    case .integer: SchemaForm(["type": "integer", "minimum": .int(.min), "maximum": .int(.max)])
    case .string where field.values.isEmpty: text(1...1000)
    case .string: SchemaForm(["enum": .array(field.values.flatMap(asWrittenAndGuessed))])
    }
  }

  /// A word, and what programs make of it that guess types.
  private static func asWrittenAndGuessed(_ word: String) -> [JSON] {
    switch word {
    case "true", "false": [.string(word), .bool(word == "true")]
    default: [.string(word)] + (Int(word).map { [.int($0)] } ?? [])
    }
  }
}
