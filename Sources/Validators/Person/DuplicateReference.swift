import RecordSchema

/// No two people have the same reference, also not in other case.
enum DuplicateReference: RelationRule {
  static let rule = Rule(
    "P003", "duplicate-reference",
    explanation:
      "Payroll, Entra and the LMS know people by their reference, and most of them do not tell capitals from small letters.",
    help: "Give one of the two another reference, and its file that name.")

  static func check(_ index: RecordIndex) -> [Finding] {
    claimants(index.people) { $0.reference.rawValue.isEmpty ? nil : $0.reference.folded }.flatMap { group in
      group.map { person in
        Finding(
          rule, file: person.file, at: "employee_reference", subject: person.record.reference.rawValue,
          "The reference \(person.record.reference) is also that of \(others(group, than: person.file)).")
      }
    }
  }
}
