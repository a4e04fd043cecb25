import RecordSchema

/// The e-mail address can be a user name in Microsoft Entra, while that is on.
enum EntraUserName: PersonRule {
  static let rule = Rule(
    "P020", "entra-user-name", severity: .warning,
    explanation:
      "Microsoft Entra is on and takes user names of letters without accents, digits and ' . - _ ! # ^ ~ only, at most 64 characters before the @ and 113 in all, without a point at either end of the first part. This person would get no account. Source: Microsoft Graph, userPrincipalName.",
    example: .person("email: «zoë.hill@example.org»", right: "email: zoe.hill@example.org"),
    help: "Write the address without accents and other signs, as the mail system has it.")

  static func check(_ person: Located<Person>, _ context: RuleContext) -> [Finding] {
    let bytes = person.record.email.utf8
    guard context.isOn("entra"), let at = bytes.firstIndex(of: UInt8(ascii: "@")) else { return [] }
    let name = bytes[..<at]
    let fault =
      if !bytes.allSatisfy(UserNames.isTakenByEntra) {
        "has a character that Microsoft Entra does not take"
      } else if name.count > 64 || bytes.count > 113 {
        "is longer than Microsoft Entra takes (64 characters before the @, 113 in all)"
      } else if name.first == UInt8(ascii: ".") || name.last == UInt8(ascii: ".") {
        "has a point at an end of its first part, which Microsoft Entra does not take"
      } else {
        ""
      }
    return fault.isEmpty ? [] : [person.finding(rule, at: "email", "The address \(fault).")]
  }
}
