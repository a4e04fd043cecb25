import RecordSchema
import Records

/// Digital ID, while it is on, is told of deactivations.
enum NoRevocation: TreeRule {
  static let rule = Rule(
    "W009", "cards-not-revoked", severity: .warning,
    explanation:
      "Digital ID is on, and no active subscription of its own takes person.deactivated. A leaver's identity card would stay valid until Digital ID next asks by itself.",
    example: .webhook("events: «[person.created]»", right: "events: [person.created, person.deactivated]"),
    help: "Add person.deactivated to the events of a subscription data/webhooks/digital-id.yaml that is active.")

  static func check(_ index: RecordIndex, _ context: RuleContext) throws -> [Finding] {
    guard context.isOn("digital-id") else { return [] }
    let all = try index.subscriptions().filter { $0.stem.hasPrefix("digital-id") }
    guard !all.contains(where: { $0.record.wants(.personDeactivated) }) else { return [] }
    let message = "Digital ID is on, but is not told when somebody is deactivated: cards would stay valid."
    guard let first = all.first else {
      return [
        Finding(
          rule, file: ConfigurationDecoder.path, at: FieldPath("systems").key("digital-id"), subject: "digital-id",
          message,
          help:
            "Add \(context.configuration.dataFolder)/webhooks/digital-id.yaml with url:, events: [\"*\"] and secrets:, or, where Digital ID takes the files only or is not used, leave it or write enabled: false."
        )
      ]
    }
    return [first.finding(rule, at: first.record.isActive ? "events" : "is_active", message)]
  }
}

extension RecordIndex {
  /// All of them, by file.
  func subscriptions() throws -> [Located<Subscription>] {
    try files(of: .webhook).compactMap { try reading($0) }.compactMap {
      if case .webhook(let reading) = $0 { Located(reading) } else { nil }
    }.sorted { $0.file < $1.file }
  }
}
