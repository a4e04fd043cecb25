import RecordSchema

/// Many people would get another line manager at once.
enum MassManagerChange: GuardRule {
  static let rule = Rule(
    "G004", "mass-manager-change",
    explanation:
      "Many people would get another line manager at once. Often a column of an import slipped. More than the guard manager_changes allows, in number and in percent, wants an approval. Guards are read from the commit before the change.",
    example: .none)

  static let guardName = "manager_changes"
  static let effect = "would get another line manager"
}
