import RecordSchema

extension SchemaForm {
  static var configuration: SchemaForm {
    fields([
      .init("organisation", organisation, isRequired: true, "Who you are."),
      .init("branch", setting, "The branch that counts: what lands on it is published. main by default."),
      .init(
        "data",
        setting.with([
          "pattern": .string("^" + noDots), "patternErrorMessage": "Write a folder of this repository, such as data.",
        ]),
        "The folder that holds people, units, photos and the rest. data by default."),
      .init(
        "required_fields", oneOrList(of: choice(Person.fields.map(\.name))),
        "Which of \(Configuration.relaxableFields.sorted().joined(separator: ", ")) a person must have; by default all. Of the others, absence is a warning: for records that came from an older system.",
        examples: [["email"]]),
      .init(
        "custom_fields", map(of: customField),
        "Further fields of people, under custom: in their records. Each as name: type, or with more settings.",
        examples: [["dbs_checked_on": "date"]]),
      .init("guards", guards, "Limits of mass changes. A guard trips when both its numbers are exceeded."),
      .init("policies", list(of: policy), "Files or fields that only certain people may change."),
      .init(
        "approvers", oneOrList(of: setting), "The e-mail addresses of those who may agree to a mass change.",
        examples: [["director@example.org"]]),
      .init(
        "exports",
        fields([.init("keep", number(1...1_000_000_000), "How many sets of each system are kept. 30 by default.")]),
        "The files that are written for other systems."),
      .init("systems", systems, "The systems that get staff data, and how often they get new files."),
      .init("api", api, "Settings of the HTTP API."),
      .init("recruitment", recruitment, "How recruitment systems hand over new hires."),
    ])
  }

  /// A text of any length.
  static let setting = SchemaForm(["type": ["string", "number", "boolean"], "minLength": 1])

  private static func number(_ range: ClosedRange<Int>) -> SchemaForm {
    SchemaForm(["type": "integer", "minimum": .int(range.lowerBound), "maximum": .int(range.upperBound)])
  }

  static let flag = SchemaForm([
    "type": ["boolean", "string"], "pattern": "^(?:true|false)$", "patternErrorMessage": "Write true or false.",
  ])

  private static let organisation = fields([
    .init(
      "id", number(1...9_007_199_254_740_991), isRequired: true,
      "The organisation's number. It is part of every event that other systems ever get: never change it.",
      examples: [1]),
    .init("name", setting, "The organisation's name.", examples: ["Larkfield Care Trust"]),
    .init(
      "email_domains", oneOrList(of: setting), "The domains of work e-mail addresses.",
      examples: [["larkfield.example"]]),
    .init(
      "time_zone", setting,
      "Decides when a day begins, and so when a leaver's access ends: a name of the IANA time zone database.",
      examples: ["Europe/London"]),
    .init("contact_email", setting, "Whom to write to about these records.", examples: ["staff-records@example.org"]),
  ])

  private static let customField: SchemaForm = {
    let type = choice(of: Configuration.CustomFieldDeclaration.FieldType.self)
    let settings = fields([
      .init("type", type, "string unless something else stands here."),
      .init("sensitive", flag, "true: only systems that may see sensitive data see it."),
      .init("values", oneOrList(of: setting), "The only values that it takes."),
      .init("description", anything, "What the field means."),
    ])
    return anyOf([type, settings])
  }()

  private static let guards = fields(
    Configuration.defaultGuards.map { standard in
      let limits = fields([
        .init("count", number(0...1_000_000_000), "This many are never too many. \(standard.count) by default."),
        .init("percent", number(0...100), "Of all records before the change. \(standard.percent) by default."),
      ])
      return SchemaField(
        standard.name, limits, "The limit of \(standard.name.replacing("_", with: " ")) in one change.")
    })

  private static let api = fields([
    .init(
      "public_url",
      setting.with([
        "pattern": "^[hH][tT][tT][pP][sS]?://[^/@?#:]+(?::[0-9]+)?(?:/[^?#@]*)?$",
        "patternErrorMessage": "Write an address such as https://staff.example.org.",
      ]),
      "Where other systems reach the HTTP API. Files for them name photos and signatures below it.",
      examples: ["https://staff.example.org"])
  ])

  private static let policy = fields([
    .init("name", setting, "What the policy is called in messages."),
    .init("paths", oneOrList(of: setting), "The files; ** stands for any folders.", examples: [["data/apikeys/**"]]),
    .init("fields", oneOrList(of: setting), "The fields of people and units.", examples: [["salary_grade"]]),
    .init(
      "authors", oneOrList(of: setting),
      "The e-mail addresses of those who may, *@ and a domain, or names by which the server knows who pushes.",
      examples: [["hr@example.org"]]),
    .init("signed", flag, "Only commits that git verify-commit finds well signed may."),
  ])
}
