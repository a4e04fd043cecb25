import RecordSchema

/// What a value may look like, in the words of JSON Schema.
///
/// Programs that read YAML guess the types of plain values: `007` reaches the schema as the number 7, `true` as a truth
/// value, `~` as null. We read what is written. So wherever we take any text, the schema takes what such a guess makes of
/// a text that is good for us; what was lost in the guess it cannot judge.
struct SchemaForm {
  private var members: [JSON.Member]

  init(_ members: KeyValuePairs<String, JSON>) {
    self.members = members.map { JSON.Member($0, $1) }
  }

  var json: JSON { .object(members) }

  /// The same with more said about it.
  func with(_ more: KeyValuePairs<String, JSON>) -> SchemaForm {
    var form = self
    form.members += more.map { JSON.Member($0, $1) }
    return form
  }

  /// The same with other members required.
  func requiring(_ names: [String]) -> SchemaForm {
    var form = self
    form.members.removeAll { $0.name == "required" }
    form.members.append(.init("required", .array(names.map(JSON.string))))
    return form
  }

  /// The same, or nothing: an empty value is as good as an absent one.
  var orNothing: SchemaForm {
    var form = self
    for index in members.indices {
      switch (members[index].name, members[index].value) {
      case ("type", .string(let type)): form.members[index].value = [.string(type), "null"]
      case ("type", .array(let types)): form.members[index].value = .array(types + ["null"])
      case ("enum", .array(let values)): form.members[index].value = .array(values + [.null])
      case ("anyOf", .array(let forms)): form.members[index].value = .array(forms + [["type": "null"]])
      default: break
      }
    }
    return form
  }

  static func anyOf(_ forms: [SchemaForm]) -> SchemaForm { SchemaForm(["anyOf": .array(forms.map(\.json))]) }

  /// A list, in which an empty item says nothing.
  static func list(of form: SchemaForm, emptyItems: Bool = true) -> SchemaForm {
    SchemaForm(["type": "array", "items": emptyItems ? form.orNothing.json : form.json])
  }

  static func oneOrList(of form: SchemaForm) -> SchemaForm { anyOf([form, list(of: form)]) }

  /// Fields, and no others.
  static func fields(_ fields: [SchemaField]) -> SchemaForm {
    SchemaForm([
      "type": "object", "additionalProperties": false,
      "required": .array(fields.filter(\.isRequired).map { .string($0.name) }),
      "properties": .object(fields.map { .init($0.name, $0.json) }),
    ])
  }

  /// Fields of any name.
  static func map(of form: SchemaForm) -> SchemaForm {
    SchemaForm(["type": "object", "additionalProperties": form.orNothing.json])
  }

  /// Nobody reads it yet.
  static let anything = SchemaForm([:])
}

/// One field of a record: its name, its form, and what it means to those who write it.
struct SchemaField {
  let name: String
  let isRequired: Bool
  private let form: SchemaForm
  private let description: String
  private let examples: [JSON]

  init(
    _ name: String, _ form: SchemaForm, isRequired: Bool = false, _ description: String, examples: [JSON] = []
  ) {
    self.name = name
    self.isRequired = isRequired
    self.form = form
    self.description = description
    self.examples = examples
  }

  /// In a file that people write.
  var json: JSON { described(isRequired ? form : form.orNothing) }

  /// In a message: there is a value, or no field.
  var present: JSON { described(form) }

  private func described(_ form: SchemaForm) -> JSON {
    let described = form.with(["description": .string(description)])
    return examples.isEmpty ? described.json : described.with(["examples": .array(examples)]).json
  }
}
