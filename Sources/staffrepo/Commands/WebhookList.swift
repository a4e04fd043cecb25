import ArgumentParser
import FileStore
import RecordSchema
import Records

struct WebhookList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the subscriptions: which endpoint gets what.",
    discussion: """
      What is on the branch holds; the last column tells where the files of the work tree say otherwise. How deliveries \
      go tells: staffrepo status.

      EXAMPLES:
        staffrepo webhook list
        staffrepo webhook list --format json
      """)

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    let workspace = try Workspace.open()
    let listing = try Listing(workspace, .webhook, inForce: \.subscriptions) { $0.subscription?.record }
    switch format {
    case .json:
      Terminal.print(JSON.array(listing.rows.map { json($0, workspace) }).prettyText)
    case .text:
      guard !listing.rows.isEmpty else {
        return Terminal.message("There is no subscription yet. The first: staffrepo webhook create")
      }
      var table = Table("NAME", "STATE", "URL", "EVENTS", "FIELDS", "UNITS", "FORMAT", "SECRETS", "WORK TREE")
      for row in listing.rows {
        let subscription = row.record ?? Subscription(name: row.name)
        table.add(
          row.name, state(row), subscription.url, subscription.events.joined(separator: " "),
          subscription.fields.map { $0.joined(separator: " ") } ?? "all but sensitive",
          subscription.units.map { $0.map(\.rawValue).joined(separator: " ") } ?? "all", subscription.format.rawValue,
          secrets(subscription, workspace), row.words)
      }
      Terminal.print(table.text)
    }
  }

  private func state(_ row: Listing<Subscription>.Row) -> String {
    row.record.map { $0.isActive ? "active" : "inactive" } ?? "unreadable"
  }

  private func secrets(_ subscription: Subscription, _ workspace: Workspace) -> String {
    let missing = missing(subscription, workspace)
    if subscription.secrets.isEmpty { return "unsigned" }
    return missing.isEmpty ? "\(subscription.secrets.count)" : "missing: \(missing.joined(separator: " "))"
  }

  private func missing(_ subscription: Subscription, _ workspace: Workspace) -> [String] {
    subscription.secrets.filter { (try? workspace.value(of: $0)) == nil }.map(\.description)
  }

  private func json(_ row: Listing<Subscription>.Row, _ workspace: Workspace) -> JSON {
    let subscription = row.record ?? Subscription(name: row.name)
    return [
      "name": .string(row.name), "state": .string(state(row)), "url": .string(subscription.url),
      "events": .array(subscription.events.map(JSON.string)),
      "fields": subscription.fields.map { .array($0.map(JSON.string)) } ?? .null,
      "units": subscription.units.map { .array($0.map { .string($0.rawValue) }) } ?? .null,
      "format": .string(subscription.format.rawValue), "backfill": .bool(subscription.backfill),
      "secrets": .array(subscription.secrets.map { .string($0.description) }),
      "missing_secrets": .array(missing(subscription, workspace).map(JSON.string)),
      "committed": .bool(row.isCommitted), "held": .bool(row.isHeld), "work_tree": .optional(row.workTree?.rawValue),
    ]
  }
}
