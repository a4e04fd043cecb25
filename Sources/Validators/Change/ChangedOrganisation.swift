import RecordSchema
import Records

/// The organisation's id stays.
enum ChangedOrganisation: ChangeRule {
  static let rule = Rule(
    "X006", "organisation-id-changed",
    explanation:
      "organisation.id is part of the id of every event. With another one consumers take every event for a new one, and know none of the old ones again.",
    example: .change(
      ["staffrepo.yaml": "organisation: {id: «2»}\n"], right: ["staffrepo.yaml": "organisation: {id: 1}\n"]),
    help: "Write the id that was there before.")

  static func check(_ change: RecordedChange) throws -> [Finding] {
    let (old, new) = (change.rules.organisation.id, change.context.configuration.organisation.id)
    guard try change.base.configuration().configuration != nil, old != new, new > 0 else { return [] }
    return [
      Finding(
        rule, file: ConfigurationDecoder.path, at: FieldPath("organisation").key("id"), subject: nil,
        "The organisation's id was \(old) before this change, and is \(new) now.", help: "Write id: \(old) again.")
    ]
  }
}
