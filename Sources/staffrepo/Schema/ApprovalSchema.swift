import RecordSchema

extension SchemaForm {
  static let approval = fields([
    .init(
      "guard", choice(Configuration.defaultGuards.map(\.name)), isRequired: true, "The guard that may be passed.",
      examples: ["deactivations"]),
    .init(
      "limit", identifier, isRequired: true, "How many changes at most. A larger change is stopped all the same.",
      examples: [40]),
    .init("expires", date, isRequired: true, "The last day on which it holds.", examples: ["2026-04-30"]),
    .init(
      "reason", text(1...1000), isRequired: true, "Why, for whoever reads it in a year.",
      examples: ["Closure of the Elm Road site, agreed by the board on 12 March"]),
  ])
}
