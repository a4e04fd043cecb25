import RecordSchema

extension SchemaForm {
  static let recruitment = fields([
    .init(
      "landing", landing,
      "review: a hire waits on a branch until somebody merges it. direct: it lands on the branch at once. review by default."
    ),
    .init(
      "employee_reference", setting,
      "What a new reference is made of when the source names none: {id}, or {id:3} for at least three digits.",
      examples: ["EMP{id:3}"]),
    .init(
      "email", setting,
      "What a work address is made of: {first_name}, {last_name}, {first_initial}, {employee_reference}, {id}. By default first and last name in the first of organisation.email_domains.",
      examples: ["{first_name}.{last_name}@example.org"]),
    .init("sources", map(of: source), "The systems that hand over hires, by the name of their keys' system."),
  ])

  private static let landing = choice(of: RecruitmentSettings.Landing.self)

  private static let source = fields([
    .init(
      "format", choice(of: RecruitmentSettings.Source.Format.self),
      "What it sends: staffrepo's own form, or Greenhouse's message of a hire. staffrepo by default."),
    .init("landing", landing, "Where its hires land, if not where the others do."),
    .init(
      "secret", setting, "The secret by which it signs what it sends: file:NAME or env:STAFFREPO_SECRET_NAME.",
      examples: ["file:greenhouse-webhook"]),
    .init(
      "systems", oneOrList(of: setting), "Other systems whose keys may hand over hires in its name.",
      examples: [["integration-hub"]]),
    .init(
      "fields",
      fields(
        RecruitmentSettings.hireFields.map {
          SchemaField($0, setting, "Where \($0) stands: a JSON pointer, or the name of a column.")
        }), "Where the fields of a hire stand in what it sends, as far as they stand elsewhere than usual.",
      examples: [["organisational_unit": "/payload/application/offer/custom_fields/unit/value"]]),
  ])
}
