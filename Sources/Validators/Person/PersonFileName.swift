import RecordSchema

/// A person's file has the name of the person's reference.
enum PersonFileName: PersonRule {
  static let rule = Rule(
    "P001", "file-name-mismatch",
    explanation:
      "A person's file is named after the employee reference, so that everybody finds it, and so that a file that cannot be read still tells whose it is.",
    example: .person("employee_reference: «EMP018»", right: "employee_reference: EMP017"),
    help: "Rename the file, or correct the reference in it.")

  static func check(_ person: Located<Person>, _ context: RuleContext) -> [Finding] {
    let reference = person.record.reference.rawValue
    guard !reference.isEmpty, reference != person.stem else { return [] }
    return [
      Finding(
        rule, file: person.file, at: "employee_reference", subject: reference,
        "The file is named \(person.stem).yaml, but the record in it is \(reference).")
    ]
  }
}
