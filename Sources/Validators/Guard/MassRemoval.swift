import RecordSchema

/// Many records would disappear at once.
enum MassRemoval: GuardRule {
  static let rule = Rule(
    "G002", "mass-removal",
    explanation:
      "Many records would disappear at once. Often a folder was deleted or moved by mistake. More than the guard removals allows, in number and in percent, wants an approval. Guards are read from the commit before the change.",
    example: .none)

  static let guardName = "removals"
  static let effect = "would be removed from the records"
}
