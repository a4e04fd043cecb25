import Catalogue
import RecordSchema

/// The units that a subscription is limited to are there.
enum UnknownSubscriptionUnit: KeyRule {
  static let rule = Rule(
    "W002", "unknown-subscription-unit",
    explanation: "A subscription may be limited to some units. An unknown code leaves people out without a word.",
    help: "Write the code of a unit below data/units.")

  static let family = RecordKey.Family.unitCode

  static func check(_ meeting: Meeting) throws -> [Finding] { try unknownUnits(meeting, .subscriptionUnit, rule) }
}

/// A subscription without a secret is sent unsigned.
enum UnsignedSubscription: SubscriptionRule {
  static let rule = Rule(
    "W003", "unsigned-subscription", severity: .warning,
    explanation:
      "Without a secret the receiver cannot tell our events from anybody's: whoever knows its address could deactivate people there.",
    help: "Add secrets: with a reference such as env:STAFFREPO_SECRET_NAME.")

  static func check(_ subscription: Located<Subscription>) -> [Finding] {
    guard subscription.record.secrets.isEmpty, subscription.record.isActive, subscription.isWhole else { return [] }
    return [
      Finding(
        rule, file: subscription.file, at: .record, subject: subscription.stem,
        "The events to \(subscription.stem) are not signed: there is no secret.")
    ]
  }
}
