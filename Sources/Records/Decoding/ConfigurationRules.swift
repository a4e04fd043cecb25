import RecordSchema

extension Rule {
  public static let unknownSetting = Rule(
    "C001", "unknown-setting",
    explanation: "staffrepo.yaml has a setting that nobody reads. Often it is a misspelt name.",
    help: "Correct the name or remove the line.")
  public static let invalidSetting = Rule(
    "C002", "invalid-setting", explanation: "A setting has a value that it cannot take; its default holds instead.")
  public static let missingSetting = Rule(
    "C003", "missing-setting",
    explanation: "organisation.id is needed: it is part of the id of every event that consumers ever get.",
    help: "Add organisation: with a line id: and a whole number, and never change it again.")
  public static let unknownTimeZone = Rule(
    "C004", "unknown-time-zone",
    explanation:
      "The time zone decides when a day begins, and so when a leaver's access ends. It is a name of the IANA time zone database.",
    help: "Write a name such as Europe/London.")
  public static let missingConfiguration = Rule(
    "C005", "missing-configuration", explanation: "A data repository has the file staffrepo.yaml at its top.",
    help: "Add staffrepo.yaml; staffrepo init DIR writes one to start from.")

  public static let configurationRules: [Rule] = [
    .unknownSetting, .invalidSetting, .missingSetting, .unknownTimeZone, .missingConfiguration,
  ]
}
