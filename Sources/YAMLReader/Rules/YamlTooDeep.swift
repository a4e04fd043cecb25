import RecordSchema

extension Rule {
  public static let yamlTooDeep = Rule(
    "Y008", "nested-too-deep",
    explanation: "Lists and fields nest at most 16 levels deep. Records need three.",
    example: .person("custom: {a: [[[[[[[[[[[[[[«[»[x]]]]]]]]]]]]]]]]}", right: "custom: {pin: \"1234\"}"),
    help: "Look for brackets or indentation that should not be there.")
}
