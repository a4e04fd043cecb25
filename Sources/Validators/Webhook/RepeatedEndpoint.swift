import RecordSchema
import Records

/// No endpoint is told everything twice.
enum RepeatedEndpoint: TreeRule {
  static let rule = Rule(
    "W012", "repeated-endpoint", severity: .warning,
    explanation: "Two active subscriptions have the same address: the receiver gets each event twice, under one id.",
    example: .files(
      [
        "data/webhooks/cards.yaml":
          "url: «https://cards.example.org/hook»\nevents: [\"*\"]\nsecrets: [env:STAFFREPO_SECRET_CARDS]\n"
      ],
      right: [
        "data/webhooks/cards.yaml":
          "url: https://cards.example.org/other\nevents: [\"*\"]\nsecrets: [env:STAFFREPO_SECRET_CARDS]\n"
      ]),
    help: "Remove one of the two, or switch it off with is_active: false.")

  static func check(_ index: RecordIndex, _ context: RuleContext) throws -> [Finding] {
    let all = try index.subscriptions().filter { $0.record.isActive && !$0.record.url.isEmpty }
    return Dictionary(grouping: all, by: \.record.url).values.filter { $0.count > 1 }.flatMap { group in
      group.map { $0.finding(rule, at: "url", "The same address is in \(others(group, than: $0.file)).") }
    }
  }
}
