import RecordSchema

extension Rule {
  public static let unknownSetting = Rule(
    "C001", "unknown-setting",
    explanation: "staffrepo.yaml has a setting that nobody reads. Often it is a misspelt name.",
    example: .configuration("«branches»: main", right: "branch: main"),
    help: "Correct the name or remove the line.")
}
