import RecordSchema

extension SchemaForm {
  /// The systems that we write files for, and any further name that says `type: app`.
  static var systems: SchemaForm {
    let one = SchemaForm(["anyOf": [["$ref": "#/$defs/system"]]])
    let known = Configuration.exportSystems.map { SchemaField($0, one, "Files for \($0).") }
    return SchemaForm([
      "type": "object", "properties": .object(known.map { .init($0.name, $0.json) }),
      "additionalProperties": system(isApp: true).with([
        "description":
          "An application that gets messages or asks us, and files only where profiles or mappings ask for them: type: app."
      ]).json,
    ])
  }

  /// What `systems` refers to.
  static var systemDefinition: JSON {
    ["system": system(isApp: false).json, "table": tableDefinition.json]
  }

  /// Of all systems.
  private static var profileNames: [String] {
    var names: [String] = []
    for name in Configuration.exportSystems.flatMap({ Configuration.profiles(of: $0) }) where !names.contains(name) {
      names.append(name)
    }
    return names
  }

  private static func system(isApp: Bool) -> SchemaForm {
    fields([
      .init("enabled", flag, "true unless false stands here: the system gets nothing."),
      .init(
        "type", choice(["app"]), isRequired: isApp,
        "app: gets messages or asks us, and files only where profiles or mappings ask for them."),
      .init(
        "schedule", schedule,
        "When it gets new files: every commit, hourly, daily at 06:00, weekly on monday at 06:00, or every: 15m.",
        examples: ["daily at 06:00", ["every": "15m"]]),
      .init(
        "profiles", oneOrList(of: choice(profileNames)),
        "The ready-made sets of files that it gets; when nothing stands here, the system's first, for an app none. docs/exports says what they hold.",
        examples: [["generic"]]),
      .init("mappings", mappings, "Files of your own, each described column by column (docs/mappings.md)."),
      .init("destination", destination, "Where new sets of files are sent."),
      .init("options", map(of: setting), "Settings of that system alone.", examples: [["domain": "larkfield.example"]]),
    ])
  }

  private static let schedule: SchemaForm = {
    let days = Schedule.Weekday.allCases.map(\.rawValue).joined(separator: "|")
    let time = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
    let span = "(?:[1-9][0-9]{0,7}s|[1-9][0-9]{0,5}m|[1-9][0-9]{0,3}h|[1-9][0-9]{0,2}d)"
    func words(_ pattern: String, _ message: String) -> SchemaForm {
      SchemaForm(["type": "string", "pattern": .string("^(?:\(pattern))$"), "patternErrorMessage": .string(message)])
    }
    return anyOf([
      words(
        "every commit|commit|every \(span)|hourly|daily(?: at \(time))?|weekly(?: on (?:\(days)))?(?: at \(time))?",
        "Write every commit, hourly, daily, daily at 06:00, weekly, or weekly on monday at 06:00."),
      fields([
        .init(
          "every", words("commit|\(span)", "Write a time such as 3600s, 15m, 2h or 1d, up to a year."),
          "So long after the last run: 3600s, 15m, 2h or 1d, up to a year.", examples: ["15m"])
      ]),
      fields([.init("daily", words(time, "Write a time such as 06:00."), "From this time on.", examples: ["06:00"])]),
      fields([
        .init(
          "weekly", words("(?:\(days))(?: at \(time))?|\(time)", "Write a day, such as monday, or monday at 06:00."),
          "From this day on, or this time of it.", examples: ["monday at 06:00"])
      ]),
    ])
  }()
}
