import RecordSchema
import YAMLReader

/// A webhook subscription's file.
enum SubscriptionDecoder {
  static let fieldNames = [
    "url", "events", "secrets", "format", "fields", "units", "is_active", "backfill", "description", "system",
  ]

  static func read(path: String, document: YAMLDocument, configuration: Configuration)
    -> Reading<Subscription>
  {
    var reader = FieldReader(file: path)
    let stem = fileStem(of: path)
    reader.subject = stem
    guard let fields = reader.rootFields(of: document, known: fieldNames, what: "A subscription", own: "url") else {
      return .unreadable(path: path, stem: stem, lines: [], findings: reader.findings)
    }
    var subscription = Subscription(name: stem)
    subscription.url = reader.url(fields["url"])
    _ = reader.text(fields["description"], "description", length: 1...1000)
    subscription.system = reader.text(fields["system"], "system", length: 1...64)
    if fields["events"].map({ !$0.isEmpty }) ?? false {
      subscription.events = reader.words(
        fields["events"], "events", known: Subscription.knownEvents, rule: .unknownEvent)
    }
    subscription.secrets = reader.secrets(fields["secrets"])
    // In its own field, LiteralSecret says the same.
    let literal = reader.findings.filter { $0.rule == .literalSecret }.map(\.range)
    reader.findings.removeAll { key in
      key.rule == .literalKey && literal.contains { $0.start <= key.range.start && key.range.end <= $0.end }
    }
    subscription.format =
      reader.choice(fields["format"], "format", of: Subscription.Format.self, blocks: true) ?? .staffService
    if let node = fields["fields"], !node.isEmpty {
      subscription.fields = reader.words(
        node, "fields", known: configuration.subscriptionFields, rule: .unknownSubscriptionField)
    }
    if let node = fields["units"], !node.isEmpty {
      subscription.units = reader.list(node, "units")?.map { reader.unitCode($0, "units") ?? UnitCode("") } ?? []
      if node.items == nil { reader.isBlocked = true }
    }
    let isActive = reader.boolean(fields["is_active"], "is_active")
    subscription.isActive = isActive ?? true
    subscription.backfill = reader.boolean(fields["backfill"], "backfill") ?? false
    if fields["url"].map(\.isEmpty) ?? true {
      reader.missing("url", what: "A subscription")
      reader.isBlocked = true
    }
    let isHeld = reader.isBlocked || !document.problems.isEmpty
    return Reading(
      path: path, stem: stem, draft: subscription, isWhole: !isHeld, claimedID: nil,
      saysInactive: isActive == false, findings: reader.findings)
  }
}
