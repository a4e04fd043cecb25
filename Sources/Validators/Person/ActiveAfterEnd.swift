import RecordSchema

/// Nobody is called active whose employment is over.
enum ActiveAfterEnd: PersonRule {
  static let rule = Rule(
    "P007", "active-after-end", severity: .warning,
    explanation:
      "The record says is_active: true, and that the employment is over. The date counts: every system closes the access. Whoever reads the record would think otherwise, or the date is wrong.",
    example: .person(
      "employment_end_date: 2025-12-31\nis_active: «true»", right: "employment_end_date: 2025-12-31\nis_active: false"),
    help: "Remove the line is_active: true, or correct the end date of somebody who still works here.")

  static func check(_ person: Located<Person>, _ context: RuleContext) -> [Finding] {
    guard person.saysActive, let end = person.record.endDate, end < context.date else { return [] }
    return [
      person.finding(rule, at: "is_active", "\(person.subject) is called active, but the employment ended on \(end).")
    ]
  }
}
