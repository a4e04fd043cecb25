import ArgumentParser
import HTTPAPI
import RecordSchema

/// What there is a schema of.
enum SchemaKind: String, CaseIterable, ExpressibleByArgument {
  case person, unit, apikey, webhook, approval, config, event, api

  private var title: String {
    switch self {
    case .person: "A member of staff"
    case .unit: "An organisational unit"
    case .apikey: "A system's key"
    case .webhook: "A webhook subscription"
    case .approval: "A permission to pass a guard"
    case .config: "The settings of a staff record repository"
    case .event: "An event as webhooks carry it"
    case .api: "The HTTP API"
    }
  }

  private var explanation: String {
    switch self {
    case .person: "One file below data/people for each person, named after the employee reference."
    case .unit: "One file below data/units for each team, site or department, named after its code."
    case .apikey: "One file below data/apikeys for each key: its hash and what it may do, never the key itself."
    case .webhook: "One file below data/webhooks for each system that is told of changes."
    case .approval: "One file below data/approvals: a reviewed mass change, up to a number and a date."
    case .config: "staffrepo.yaml, at the top of the repository. Every setting but organisation.id has a default."
    case .event:
      "The body in the format staff-service. Fields may be added; the fields of `data` depend on the subscription."
    case .api: "What serve answers, as OpenAPI 3.1 tells it."
    }
  }

  /// - Parameter configuration: whose required and custom fields count; `nil` for the standard, which leaves open what
  ///   only a configuration can say.
  private func form(_ configuration: Configuration?) -> SchemaForm {
    switch self {
    case .person: .person(configuration)
    case .unit: .unit
    case .apikey: .apiKey
    case .webhook: .webhook(configuration)
    case .approval: .approval
    case .config: .configuration
    case .event: .event
    case .api: SchemaForm([:])
    }
  }

  /// The whole schema, of draft 2020-12.
  func schema(_ configuration: Configuration?) -> JSON {
    if self == .api { return OpenAPIDocument.standard(.standard) }
    let head: [JSON.Member] = [
      .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
      .init("$id", .string("urn:staffrepo:schema:\(rawValue)")),
      .init("title", .string(title)), .init("description", .string(explanation)),
    ]
    guard case .object(let members) = form(configuration).json else { return .object(head) }
    return .object(head + members + definitions)
  }

  private var definitions: [JSON.Member] {
    switch self {
    case .event, .api: []
    case .config: [.init("$defs", SchemaForm.systemDefinition)]
    default: [.init("$defs", SchemaForm.lineDefinition)]
    }
  }
}
