import RecordSchema

/// No two people have the same e-mail address, also not in other case.
enum DuplicateEmail: RelationRule {
  static let rule = Rule(
    "P004", "duplicate-email",
    explanation:
      "The e-mail address is the user name in Microsoft Entra and the LMS. With the same address two people would share one account.",
    help: "Correct the address of the person whose it is not.")

  static func check(_ index: RecordIndex) -> [Finding] {
    // Swift compares text by canonical equivalence, so é is é in either normal form.
    claimants(index.people) { $0.email.isEmpty ? nil : $0.email.lowercased() }.flatMap { group in
      group.map { person in
        Finding(
          rule, file: person.file, at: "email", subject: person.record.reference.rawValue,
          "The address \(person.record.email) is also that of \(others(group, than: person.file)).")
      }
    }
  }
}
