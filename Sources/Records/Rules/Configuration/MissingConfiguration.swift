import RecordSchema

extension Rule {
  public static let missingConfiguration = Rule(
    "C005", "missing-configuration", explanation: "A data repository has the file staffrepo.yaml at its top.",
    example: RuleExample(wrong: [.init(path: "staffrepo.yaml", text: nil)], right: []),
    help: "Add staffrepo.yaml; staffrepo init DIR writes one to start from.")
}
