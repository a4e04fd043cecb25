import RecordSchema

/// A line manager is somebody in the repository.
enum UnknownManager: RelationRule {
  static let rule = Rule(
    "P012", "unknown-manager",
    explanation:
      "The line manager is named by employee reference. A reference that nobody has leaves approvals and the organisation chart without a way up.",
    help: "Write the manager's employee reference, or remove the line if there is none.")

  static func check(_ index: RecordIndex) -> [Finding] {
    var speller = Speller(index.people.map(\.record.reference.rawValue))
    return index.people.compactMap { person in
      guard let manager = person.record.lineManager, !index.knows(manager) else { return nil }
      // Nobody is their own manager, however alike the references look.
      let near = speller.suggestion(for: manager.rawValue).flatMap {
        $0 == person.record.reference.rawValue ? nil : $0
      }
      let hint = near.map { " Did you mean \($0)?" } ?? ""
      return Finding(
        rule, file: person.file, at: "line_manager", subject: person.record.reference.rawValue,
        "The line manager \(manager) is nobody in this repository.\(hint)", replacement: near)
    }
  }
}
