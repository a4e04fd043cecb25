import RecordSchema

extension Rule {
  public static let unknownTimeZone = Rule(
    "C004", "unknown-time-zone",
    explanation:
      "The time zone decides when a day begins, and so when a leaver's access ends. It is a name of the IANA time zone database.",
    example: .configuration(
      "organisation: {id: 1, time_zone: «Europe/Lundon»}", right: "organisation: {id: 1, time_zone: Europe/London}"),
    help: "Write a name such as Europe/London.")
}
