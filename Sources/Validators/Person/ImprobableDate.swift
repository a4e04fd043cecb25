import RecordSchema

/// Dates of employment are in our time.
enum ImprobableDate: PersonRule {
  static let rule = Rule(
    "P022", "improbable-date", severity: .warning,
    explanation:
      "Nobody works here since before 1940, begins after 2050, or has a contract that ends after 2100. Often a digit is missing or one too many: with a start in 2206 somebody who works here has no access.",
    example: .person("employment_start_date: «1021-03-15»", right: "employment_start_date: 2021-03-15"),
    help: "Correct the year. For a contract without an end, remove the line employment_end_date.")

  static func check(_ person: Located<Person>, _ context: RuleContext) -> [Finding] {
    if starts.contains(person.record.startDate ?? starts.lowerBound),
      ends.contains(person.record.endDate ?? ends.lowerBound)
    {
      return []
    }
    let dates: [(FieldPath, CalendarDate?)] = [
      ("employment_start_date", person.record.startDate), ("employment_end_date", person.record.endDate),
    ]
    return dates.compactMap { field, date in
      guard let date, !(field == "employment_start_date" ? starts : ends).contains(date) else { return nil }
      return person.finding(rule, at: field, "\(field.text) is \(date), which can hardly be meant.")
    }
  }

  private static let starts = CalendarDate("1940-01-01")!...CalendarDate("2050-12-31")!
  private static let ends = CalendarDate("1940-01-01")!...CalendarDate("2100-12-31")!
}
