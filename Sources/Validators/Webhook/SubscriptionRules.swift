import RecordSchema

/// The units that a subscription is limited to are there.
enum UnknownSubscriptionUnit: RelationRule {
  static let rule = Rule(
    "W002", "unknown-subscription-unit",
    explanation: "A subscription may be limited to some units. An unknown code leaves people out without a word.",
    help: "Write the code of a unit below data/units.")

  static func check(_ index: RecordIndex) -> [Finding] {
    index.subscriptions.flatMap { subscription in
      unknownUnits(subscription.record.units ?? [], rule, subscription.file, subscription.stem, index)
    }
  }
}

/// A subscription without a secret is sent unsigned.
enum UnsignedSubscription: RelationRule {
  static let rule = Rule(
    "W003", "unsigned-subscription", severity: .warning,
    explanation:
      "Without a secret the receiver cannot tell our events from anybody's: whoever knows its address could deactivate people there.",
    help: "Add secrets: with a reference such as env:STAFFREPO_SECRET_NAME.")

  static func check(_ index: RecordIndex) -> [Finding] {
    index.subscriptions.compactMap { subscription in
      guard subscription.record.secrets.isEmpty, subscription.record.isActive, subscription.isWhole else { return nil }
      return Finding(
        rule, file: subscription.file, at: .record, subject: subscription.stem,
        "The events to \(subscription.stem) are not signed: there is no secret.")
    }
  }
}
