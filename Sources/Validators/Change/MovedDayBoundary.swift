import RecordSchema
import Records

/// Days begin when they always did.
enum MovedDayBoundary: ChangeRule {
  static let rule = Rule(
    "X010", "time-zone-changed", severity: .warning,
    explanation:
      "The time zone decides when a day begins. With another one every start and end of employment moves by hours from now on.",
    example: .change(
      ["staffrepo.yaml": "organisation: {id: 1, time_zone: «Europe/Paris»}\n"],
      right: ["staffrepo.yaml": "organisation: {id: 1, time_zone: Europe/London}\n"]),
    help: "Make sure that it is meant.")

  static func check(_ change: RecordedChange) -> [Finding] {
    let (old, new) = (change.rules.organisation.timeZone.name, change.context.configuration.organisation.timeZone.name)
    guard old != new else { return [] }
    return [
      Finding(
        rule, file: ConfigurationDecoder.path, at: FieldPath("organisation").key("time_zone"), subject: nil,
        "Days began in the zone \(old) before this change, and begin in \(new) now.")
    ]
  }
}
