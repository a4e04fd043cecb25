import RecordSchema
import YAMLReader

/// A webhook subscription's file.
enum SubscriptionDecoder {
  static let fieldNames = [
    "url", "events", "secrets", "format", "fields", "units", "is_active", "backfill", "description",
  ]

  static func read(path: String, document: YAMLDocument, configuration: Configuration)
    -> Reading<Subscription>
  {
    var reader = FieldReader(file: path)
    let stem = fileStem(of: path)
    reader.subject = stem
    guard let fields = reader.rootFields(of: document, known: fieldNames, what: "A subscription") else {
      return .unreadable(path: path, stem: stem, lines: [], findings: reader.findings)
    }
    var subscription = Subscription(name: stem)
    subscription.url = reader.url(fields["url"])
    _ = reader.text(fields["description"], "description", length: 1...1000)
    if fields["events"].map({ !$0.isEmpty }) ?? false {
      subscription.events = reader.words(fields["events"], "events", known: ["*"] + EventName.allCases.map(\.rawValue))
    }
    subscription.secrets = reader.secrets(fields["secrets"])
    subscription.format =
      reader.choice(fields["format"], "format", of: Subscription.Format.self, blocks: true) ?? .staffService
    if let node = fields["fields"], !node.isEmpty {
      let custom = configuration.customFields.map { "custom.\($0.name)" }
      subscription.fields = reader.words(node, "fields", known: Person.outputFields + Unit.fields.map(\.name) + custom)
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

extension Rule {
  public static let literalSecret = Rule(
    "W001", "literal-secret",
    explanation:
      "A webhook's secret stands in the environment or in a file of the server's secrets folder. In git, everybody who may read the records could forge events, for ever.",
    help: "Make a new secret, since this one has been seen, and write env:STAFFREPO_SECRET_NAME or file:NAME here.")
}
