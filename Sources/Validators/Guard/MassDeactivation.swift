import RecordSchema

/// Many people would be deactivated at once.
enum MassDeactivation: GuardRule {
  static let rule = Rule(
    "G001", "mass-deactivation",
    explanation:
      "Many people would be deactivated at once: their accounts and identity cards end. The same counts for a system that is told about some units only, when people leave its sight. More than the guard deactivations allows, in number and in percent, wants an approval. Guards are read from the commit before the change.",
    example: .none)

  static let guardName = "deactivations"
  static let effect = "would lose their access"
}
