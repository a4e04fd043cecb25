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
    guard
      isFormula(record.firstName) || isFormula(record.lastName) || isFormula(record.jobTitle) || isFormula(record.email)
        || record.preferredName.map(isFormula) ?? false || record.salaryGrade.map(isFormula) ?? false
    else { return [] }
    let texts: [(FieldPath, String)] = [
      ("first_name", record.firstName), ("last_name", record.lastName), ("preferred_name", record.preferredName ?? ""),
      ("job_title", record.jobTitle), ("salary_grade", record.salaryGrade ?? ""), ("email", record.email),
    ]
    return texts.filter { isFormula($0.1) }.map { field, text in
      person.finding(
        rule, at: field, "\(field.text) begins with \(text.prefix(1)), so a spreadsheet runs it as a formula.")
    }
  }

  private static func isFormula(_ text: String) -> Bool {
    switch text.utf8.first {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"): true
    default: false
    }
  }
}
