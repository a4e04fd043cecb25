import RecordSchema

/// Many people would appear at once.
enum MassCreation: GuardRule {
  static let rule = Rule(
    "G006", "mass-creation",
    explanation:
      "Many people would appear at once. Often an import ran twice or brought everybody anew under other ids. More than the guard creations allows, in number and in percent, wants an approval. Guards are read from the commit before the change.",
    example: .none)

  static let guardName = "creations"
  static let effect = "would be created"
}
