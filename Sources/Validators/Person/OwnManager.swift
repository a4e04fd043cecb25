import RecordSchema

/// Nobody is their own line manager.
enum OwnManager: PersonRule {
  static let rule = Rule(
    "P013", "own-manager",
    explanation:
      "Nobody is their own line manager. Whoever has none, such as the chief executive, leaves the field out.",
    example: .person("line_manager: «EMP017»", right: "line_manager: EMP001"),
    help: "Write the manager's reference, or remove the line.")

  static func check(_ person: Located<Person>, _ context: RuleContext) -> [Finding] {
    guard let manager = person.record.lineManager, manager.folded == person.record.reference.folded else { return [] }
    return [
      person.finding(rule, at: "line_manager", "\(person.record.reference) is named as their own line manager.")
    ]
  }
}
