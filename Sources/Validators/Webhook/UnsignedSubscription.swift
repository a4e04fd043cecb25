import Catalogue
import RecordSchema

/// A subscription without a secret is sent unsigned.
enum UnsignedSubscription: SubscriptionRule {
  static let rule = Rule(
    "W003", "unsigned-subscription", severity: .warning,
    explanation:
      "Without a secret the receiver cannot tell our events from anybody's: whoever knows its address could deactivate people there.",
    example: .webhook("«»secrets:", right: "secrets: [env:STAFFREPO_SECRET_DIGITAL_ID]"),
    help: "Add secrets: with a reference such as env:STAFFREPO_SECRET_NAME.")

  static func check(_ subscription: Located<Subscription>, _ context: RuleContext) -> [Finding] {
    guard subscription.record.secrets.isEmpty, subscription.record.isActive, subscription.isWhole else { return [] }
    return [
      subscription.finding(rule, at: .record, "The events to \(subscription.stem) are not signed: there is no secret.")
    ]
  }
}
