import RecordSchema

extension Rule {
  public static let malformedDomain = Rule(
    "C008", "malformed-domain",
    explanation: "organisation.email_domains lists domains, without @ and without anything around them.",
    example: .configuration(
      "organisation: {id: 1, email_domains: [«\"@example.org\"»]}",
      right: "organisation: {id: 1, email_domains: [example.org]}"),
    help: "Write the domain only, such as example.org.")
}
