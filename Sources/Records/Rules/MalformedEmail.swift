import RecordSchema

extension Rule {
  public static let malformedEmail = Rule(
    "S013", "malformed-email",
    explanation: "The text is no e-mail address. It becomes the user name in Microsoft Entra and the LMS.",
    example: .person("email: «grace.hill»", right: "email: grace.hill@example.org"),
    help: "Write one address, such as grace.hill@example.org.")
}
