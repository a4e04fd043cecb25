import RecordSchema

/// No text is run as a formula by a spreadsheet.
enum FormulaText: PersonRule {
  static let rule = Rule(
    "P018", "formula-text",
    explanation:
      "A spreadsheet that opens an export file runs a text that begins with =, +, - or @ as a formula: it could send the sheet's other cells away. Source: OWASP, CSV injection.",
    example: .person("job_title: «=HYPERLINK(A1)»", right: "job_title: Nurse"),
    help: "Begin the text with a letter.")

  static func check(_ person: Located<Person>, _ context: RuleContext) -> [Finding] {
    let record = person.record
    let texts: [(FieldPath, String)] = [
      ("first_name", record.firstName), ("last_name", record.lastName), ("preferred_name", record.preferredName ?? ""),
      ("job_title", record.jobTitle), ("salary_grade", record.salaryGrade ?? ""), ("email", record.email),
    ]
    return texts.filter { $0.1.utf8.first.map("=+-@".utf8.contains) ?? false }.map { field, text in
      person.finding(
        rule, at: field, "\(field.text) begins with \(text.prefix(1)), so a spreadsheet runs it as a formula.")
    }
  }
}
