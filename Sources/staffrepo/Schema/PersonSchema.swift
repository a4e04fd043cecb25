import RecordSchema

extension SchemaForm {
  /// In the order of the record's own table, so that a new field cannot be forgotten here without a test noticing.
  static func person(_ configuration: Configuration?) -> SchemaForm {
    let required = configuration?.requiredFields ?? Configuration.relaxableFields
    let known = identity(required) + employment(required) + access + images + elsewhere(configuration)
    return fields(
      Person.fields.map { field in known.first { $0.name == field.name } ?? .init(field.name, anything, "") })
  }

  private static func identity(_ required: Set<String>) -> [SchemaField] {
    [
      .init(
        "id", identifier, isRequired: true,
        "The person's number in every other system. Unique for ever: never change it, never give it to somebody else.",
        examples: [17]),
      .init(
        "employee_reference", reference, isRequired: true,
        "The reference by which people know the employee. The file is named after it. Put digits in quotes: \"007\".",
        examples: ["EMP017"]),
      .init(
        "first_name", text(1...64), isRequired: true, "The first name, as in official papers.", examples: ["Grace"]),
      .init("last_name", text(1...64), isRequired: true, "The family name.", examples: ["Hill"]),
      .init(
        "preferred_name", text(1...64), "What the person is called at work, if not by the first name.",
        examples: ["Maggie"]),
      .init(
        "email", email, isRequired: required.contains("email"),
        "The work e-mail address. It becomes the user name in Microsoft 365 and the learning platform; nobody else may have it.",
        examples: ["grace.hill@example.org"]),
    ]
  }

  private static func employment(_ required: Set<String>) -> [SchemaField] {
    [
      .init(
        "job_title", text(1...128), isRequired: required.contains("job_title"),
        "The job title, as other systems show it.",
        examples: ["Support Worker"]),
      .init(
        "employment_start_date", date, isRequired: required.contains("employment_start_date"),
        "The first day of work. Access begins on it.", examples: ["2026-01-15"]),
      .init(
        "employment_end_date", date,
        "The last day of work. Access ends when this day is over. Leave it out while no end is known.",
        examples: ["2026-03-31"]),
      .init(
        "employment_status", choice(of: Person.EmploymentStatus.self),
        "active unless something else stands here. Whoever is on leave or suspended still counts as employed.",
        examples: ["on_leave"]),
      .init(
        "line_manager", reference, "The employee reference of the line manager.", examples: ["EMP004"]),
      .init("salary_grade", text(1...32), "The salary grade. Sensitive: few systems see it.", examples: ["C3"]),
    ]
  }

  private static var access: [SchemaField] {
    let assignment = fields([
      .init("unit", unitCode, isRequired: true, "The unit's code.", examples: ["care-team-a"]),
      .init("from", date, "The first day in the unit.", examples: ["2026-02-01"]),
      .init("until", date, "The last day in the unit.", examples: ["2026-07-31"]),
    ])
    return [
      .init(
        "is_active", boolean,
        "true unless false stands here. false takes all access away at once, whatever the dates say.",
        examples: [false]),
      .init(
        "organisational_units", list(of: anyOf([unitCode, assignment]), emptyItems: false),
        "The units the person belongs to, the main one first: a unit's code, or unit, from and until for a limited time.",
        examples: [["care-team-a"], [["unit": "care-team-b", "from": "2026-02-01", "until": "2026-07-31"]]]),
    ]
  }

  private static var images: [SchemaField] {
    [
      .init(
        "photo_path", path, "The photo's file (JPEG, PNG or WebP), from the data folder on.",
        examples: ["photos/EMP017.jpg"]),
      .init(
        "photo_status", choice(of: Person.PhotoStatus.self),
        "approved unless something else stands here. Other systems get the photo only while it is approved.",
        examples: ["pending"]),
      .init(
        "signature_path", path, "The signature's file, from the data folder on.", examples: ["signatures/EMP017.png"]),
    ]
  }

  private static func elsewhere(_ configuration: Configuration?) -> [SchemaField] {
    let source = fields([
      .init("system", text(1...64), "The system the record came from.", examples: ["recruitment"]),
      .init("reference", text(1...128), "The person's number there.", examples: ["APP-2291"]),
      .init("imported_at", text(1...64), "When the record came.", examples: ["2026-01-10T09:00:00Z"]),
    ])
    return [
      .init(
        "external_ids", externalIDs, "The person's numbers in other systems, each as system: number.",
        examples: [["finance": "10117"]]),
      .init("source", source, "Where an imported record came from. Written by the import."),
      .init("custom", custom(configuration), "Fields of this organisation's own, as staffrepo.yaml declares them."),
    ]
  }
}
