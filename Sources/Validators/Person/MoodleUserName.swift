import RecordSchema

/// The e-mail address can be a user name in Moodle, while the LMS is on.
enum MoodleUserName: PersonRule {
  static let rule = Rule(
    "P021", "moodle-user-name", severity: .warning,
    explanation:
      "The LMS is on. Moodle's user names hold small letters without accents, digits and - _ . @ only; other characters are left out, so that the user name is not the address any more, and two people may come to share one. Source: Moodle, Upload users.",
    example: .person("email: «o'neill@example.org»", right: "email: oneill@example.org"),
    help: "Where the mail system has an address without that character, write that one.")

  static func check(_ person: Located<Person>, _ context: RuleContext) -> [Finding] {
    guard context.isOn("lms"), !person.record.email.isEmpty,
      !person.record.email.utf8.allSatisfy(UserNames.isKeptByMoodle)
    else {
      return []
    }
    return [person.finding(rule, at: "email", "The address has a character that Moodle leaves out of user names.")]
  }
}
