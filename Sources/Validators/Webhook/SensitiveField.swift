import RecordSchema

/// Nobody is sent sensitive data without somebody having thought about it.
enum SensitiveField: SubscriptionRule {
  static let rule = Rule(
    "W008", "sensitive-field", severity: .warning,
    explanation:
      "The subscription asks for a field that is sensitive: a salary grade, or a custom field that staffrepo.yaml declares sensitive. It goes out with every event about a person.",
    example: .webhook("fields: [id, «salary_grade»]", right: "fields: [id, employee_reference]"),
    help: "Remove the field, or make sure that the receiver may have it.")

  static func check(_ subscription: Located<Subscription>, _ context: RuleContext) -> [Finding] {
    let sensitive = context.configuration.sensitiveFields
    return (subscription.record.fields ?? []).filter(sensitive.contains).map { name in
      subscription.finding(
        rule, at: FieldPath("fields").word(name), "\(subscription.stem) is sent \(name), which is sensitive.")
    }
  }
}
