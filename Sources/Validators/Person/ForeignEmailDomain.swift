import RecordSchema

/// Work addresses are in one of the organisation's domains.
enum ForeignEmailDomain: PersonRule {
  static let rule = Rule(
    "P019", "foreign-email-domain", severity: .warning,
    explanation:
      "The address is in none of the domains that staffrepo.yaml lists under organisation.email_domains. Microsoft Entra makes accounts in the organisation's own domains only, and a private address may be anybody's.",
    example: .person("email: «grace.hill@example.com»", right: "email: grace.hill@example.org"),
    help: "Write the work address, or add the domain to organisation.email_domains.")

  static func check(_ person: Located<Person>, _ context: RuleContext) -> [Finding] {
    let domains = context.configuration.organisation.emailDomains
    guard !domains.isEmpty, let at = person.record.email.utf8.lastIndex(of: UInt8(ascii: "@")) else { return [] }
    let domain = person.record.email[person.record.email.index(after: at)...]
    // Mostly spelt as in the settings; folding case costs more.
    if domains.contains(where: { $0.utf8.elementsEqual(domain.utf8) }) { return [] }
    let folded = domain.lowercased()
    guard !folded.isEmpty, !domains.contains(where: { $0.lowercased() == folded }) else { return [] }
    return [
      person.finding(
        rule, at: "email", "The domain \(folded) is none of the organisation's own.",
        help:
          "Write the work address (\(domains.prefix(3).map { "...@\($0)" }.joined(separator: ", "))), or add the domain to organisation.email_domains."
      )
    ]
  }
}
