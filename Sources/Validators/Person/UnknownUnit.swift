import RecordSchema

/// A person's units are there.
enum UnknownUnit: RelationRule {
  static let rule = Rule(
    "P015", "unknown-unit",
    explanation:
      "A unit is named by its code. A code that no unit has gives the person no membership: no group in Entra, no cohort in the LMS.",
    help: "Write the code of a unit below data/units, or add the unit.")

  static func check(_ index: RecordIndex) -> [Finding] {
    var speller = Speller(index.units.map(\.record.code.rawValue))
    return index.people.flatMap { person -> [Finding] in
      person.record.units.enumerated().compactMap { position, assignment in
        guard !assignment.unit.rawValue.isEmpty, !index.knows(assignment.unit) else { return nil }
        let near = speller.suggestion(for: assignment.unit.rawValue)
        return Finding(
          rule, file: person.file, at: FieldPath("organisational_units").item(position).key("unit"),
          subject: person.record.reference.rawValue,
          "There is no unit '\(assignment.unit)'.\(near.map { " Did you mean '\($0)'?" } ?? "")", replacement: near)
      }
    }
  }
}
