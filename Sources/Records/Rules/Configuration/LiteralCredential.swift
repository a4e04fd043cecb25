import RecordSchema

extension Rule {
  public static let literalCredential = Rule(
    "C020", "literal-credential",
    explanation:
      "A password, token or key that opens another system stands in the environment or in a file of the server's secrets folder. In git, everybody who may read the records could use it, for ever.",
    example: .configuration(
      "systems: {hr: {destination: {url: 'https://hr.example.org/in', token: «hunter2»}}}",
      right: "systems: {hr: {destination: {url: 'https://hr.example.org/in', token: file:hr-token}}}"),
    help: "Change it, since it has been seen, and write env:STAFFREPO_SECRET_NAME or file:NAME here.")
}
