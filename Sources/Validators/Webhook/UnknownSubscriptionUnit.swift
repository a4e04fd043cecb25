import Catalogue
import RecordSchema

/// The units that a subscription is limited to are there.
enum UnknownSubscriptionUnit: KeyRule {
  static let rule = Rule(
    "W002", "unknown-subscription-unit",
    explanation: "A subscription may be limited to some units. An unknown code leaves people out without a word.",
    example: .webhook("units: [«care-team-x»]", right: "units: [care-team-a]"),
    help: "Write the code of a unit below data/units.")

  static let family = RecordKey.Family.unitCode

  static func check(_ meeting: Meeting) throws -> [Finding] { try unknownUnits(meeting, .subscriptionUnit, rule) }
}
