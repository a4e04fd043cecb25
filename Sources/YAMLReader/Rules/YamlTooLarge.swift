import RecordSchema

extension Rule {
  public static let yamlTooLarge = Rule(
    "Y007", "file-too-large",
    explanation: "A record is at most 64 KiB. A larger file is no record, and could stall the systems that read it.",
    example: RuleExample(
      wrong: [.init(path: "data/people/EMP017.yaml", text: "«»# " + String(repeating: "x", count: 65_600))], right: []),
    help: "Look at what was added to the file; a photo or a document does not belong inside it.")
}
