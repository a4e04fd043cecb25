import RecordSchema

extension SchemaForm {
  /// The systems that we write files for, and any further name that says `type: app`.
  static var systems: SchemaForm {
    let one = SchemaForm(["anyOf": [["$ref": "#/$defs/system"]]])
    let known = Configuration.exportSystems.map { SchemaField($0, one, "Files for \($0).") }
    return SchemaForm([
      "type": "object", "properties": .object(known.map { .init($0.name, $0.json) }),
      "additionalProperties": system(isApp: true).with([
        "description": "An application that gets messages or asks us, and takes no files: type: app."
      ]).json,
    ])
  }

  /// What `systems` refers to.
  static var systemDefinition: JSON { ["system": system(isApp: false).json] }

  private static func system(isApp: Bool) -> SchemaForm {
    fields([
      .init("enabled", flag, "true unless false stands here: the system gets nothing."),
      .init("type", choice(["app"]), isRequired: isApp, "app: gets messages or asks us, and takes no files."),
      .init(
        "schedule", schedule, "When it gets new files: every commit, hourly, daily, weekly, or every: 3600s.",
        examples: ["daily", ["every": "3600s"]]),
      .init("profiles", anything, "Not read yet."),
      .init("mappings", anything, "Not read yet."),
      .init("destination", destination, "Where new sets of files are sent."),
      .init("options", map(of: setting), "Settings of that system alone.", examples: [["domain": "larkfield.example"]]),
    ])
  }

  private static let schedule: SchemaForm = {
    let interval = SchemaForm([
      "type": "string", "pattern": "^(?:commit|[1-9][0-9]{0,7}s)$",
      "patternErrorMessage": "Write a number of seconds, such as 3600s, up to a year.",
    ])
    return anyOf([
      choice(["every commit", "commit", "hourly", "daily", "weekly"]),
      fields([.init("every", interval, "A number of seconds, such as 3600s, up to a year.", examples: ["3600s"])]),
    ])
  }()
}
