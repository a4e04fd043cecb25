import RecordSchema

extension Rule {
  public static let acceptedOtherwise = Rule(
    "I001", "accepted-otherwise", severity: .warning,
    explanation:
      "A recruitment system handed a hire over again, with other data than before, and the hire was accepted meanwhile. From then on the record is HR's: nothing that the system says changes it. The message names the fields that differ.",
    example: .none,
    help: "Where the recruitment system is right, HR changes the record; otherwise correct it there.")
}
