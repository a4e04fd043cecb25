import RecordSchema

extension Rule {
  public static let sourceRemoved = Rule(
    "I005", "source-removed", severity: .warning,
    explanation:
      "A recruitment system handed over somebody whom it had handed over before, and who was accepted; but the record does not say any more that it came from there. Nobody is made a second time.",
    example: .none,
    help: "HR writes the system's number of the hire into external_ids of the record again.")
}
