import RecordSchema

extension Rule {
  public static let notADate = Rule(
    "S005", "not-a-date", explanation: "Dates are written YYYY-MM-DD and must exist in the calendar.",
    example: .person("employment_start_date: «15/03/2021»", right: "employment_start_date: 2021-03-15"),
    help: "Write the date as year-month-day, such as 2026-01-15.")
}
