import RecordSchema

/// No two people have the same id.
enum DuplicatePersonID: RelationRule {
  static let rule = Rule(
    "P002", "duplicate-person-id",
    explanation:
      "A person's id is unique for ever: Digital ID and others keep it as the person's own. Two people with one id would be one person there, and one could be locked out for the other.",
    help: "Give the newer record the next free id.")

  static func check(_ index: RecordIndex) -> [Finding] {
    let next = (index.people.map(\.record.id.rawValue).max() ?? 0) + 1
    return claimants(index.people) { $0.id.rawValue > 0 ? $0.id : nil }.flatMap { group in
      group.map { person in
        Finding(
          rule, file: person.file, at: "id", subject: person.record.reference.rawValue,
          "The id \(person.record.id.rawValue) is also that of \(others(group, than: person.file)).",
          help: "Ids are never shared or reused. Give the newer record the next free id, \(next).")
      }
    }
  }
}
