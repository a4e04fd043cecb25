import RecordSchema

/// Nothing ends before it starts.
enum EndBeforeStart: PersonRule {
  static let rule = Rule(
    "P005", "end-before-start",
    explanation: "An employment, or a place in a unit, cannot end before it starts.",
    example: .person("employment_end_date: «2020-12-31»", right: "employment_end_date: 2030-12-31"),
    help: "Correct one of the two dates.")

  static func check(_ person: Located<Person>, _ context: RuleContext) -> [Finding] {
    var findings: [Finding] = []
    func report(_ field: FieldPath, _ message: String) {
      findings.append(
        person.finding(rule, at: field, message))
    }
    if let start = person.record.startDate, let end = person.record.endDate, end < start {
      report("employment_end_date", "The employment ends on \(end), before it starts on \(start).")
    }
    for (position, unit) in person.record.units.enumerated() {
      if let from = unit.from, let until = unit.until, until < from {
        report(
          FieldPath("organisational_units").item(position).key("until"),
          "The place in \(unit.unit) ends on \(until), before it starts on \(from).")
      }
    }
    return findings
  }
}
