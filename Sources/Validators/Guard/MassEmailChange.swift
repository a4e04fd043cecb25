import RecordSchema

/// Many e-mail addresses would change at once.
enum MassEmailChange: GuardRule {
  static let rule = Rule(
    "G005", "mass-email-change",
    explanation:
      "Many e-mail addresses would change at once: they are user names in Microsoft Entra and the LMS. More than the guard email_changes allows, in number and in percent, wants an approval. Guards are read from the commit before the change.",
    example: .none)

  static let guardName = "email_changes"
  static let effect = "would get another e-mail address"
}
