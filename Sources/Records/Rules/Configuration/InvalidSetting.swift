import RecordSchema

extension Rule {
  public static let invalidSetting = Rule(
    "C002", "invalid-setting", explanation: "A setting has a value that it cannot take; its default holds instead.",
    example: .configuration("exports: {keep: «none»}", right: "exports: {keep: 30}"))
}
