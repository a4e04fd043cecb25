import ArgumentParser
import FoundationEssentials
import GitStore
import Ledger
import Publishers
import RecordSchema

struct WebhookCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "webhook", abstract: "Make, list, try and remove subscriptions of endpoints.",
    discussion: """
      A subscription is a file below data/webhooks, which counts once it is committed and on the branch; its secret is in \
      no commit, and must be where events are sent from.

      EXAMPLES:
        staffrepo webhook create digital-id --url https://cards.example.org/hook
        staffrepo webhook test digital-id --worktree
        staffrepo webhook list
        staffrepo webhook remove digital-id
      """,
    subcommands: [WebhookCreate.self, WebhookList.self, WebhookTest.self, WebhookRemove.self])
}

struct WebhookTest: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Send a trial event to an endpoint, signed like any other, and show what it answers.",
    discussion: """
      The event is called webhook.test and holds nobody's data; it is recorded nowhere. A good consumer takes it like every \
      event that it does not know: it verifies the signature and answers 2xx.

      EXAMPLES:
        staffrepo webhook test digital-id
        staffrepo webhook test digital-id --worktree     before it is committed
      """)

  @Argument(help: "The subscription: its file's name without .yaml.")
  var name: String

  @Flag(help: "Read the subscription from the files as they stand, not from the branch.")
  var worktree = false

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    let workspace = try Workspace.open()
    let targets = try worktree ? Targets(worktreeOf: workspace) : Targets(workspace)
    let known = targets.subscriptions.map(\.name)
    let stem = name.hasPrefix("webhook/") ? String(name.dropFirst("webhook/".count)) : name
    guard let subscription = targets.subscriptions.first(where: { $0.name == stem }) else {
      throw Refusal("There is no subscription '\(stem)'. There are: \(known.joined(separator: ", ")).")
    }
    let endpoint = Endpoints(workspace: workspace, targets: targets).endpoint(subscription)
    if let fault = endpoint.fault { throw Refusal("\(endpoint.target): \(fault). Nothing was sent.") }
    let now = Clock.now()
    let probe = try WebhookProbe(
      trial(subscription, targets.organisation, now), to: endpoint, policy: workspace.addressPolicy(),
      timeout: workspace.requestTimeout(), at: now)
    switch format {
    case .json:
      Terminal.print(
        ([
          "target": .string(endpoint.target), "url": .string(endpoint.url), "status": .optional(probe.status),
          "error": .optional(probe.error), "duration_ms": .int(probe.milliseconds),
          "signed": .bool(!endpoint.secrets.isEmpty),
          "public_keys": .array(endpoint.secrets.compactMap(\.publicKey).map(JSON.string)),
        ] as JSON).prettyText)
    case .text: show(probe, endpoint)
    }
    sayWhereItWasTried(workspace)
    if probe.error != nil { throw ExitCode(1) }
  }

  private func show(_ probe: WebhookProbe, _ endpoint: Endpoint) {
    let signed = endpoint.secrets.isEmpty ? "unsigned" : "signed with \(counted(endpoint.secrets.count, "secret"))"
    Terminal.print(
      "\(endpoint.target): \(endpoint.url) \(probe.error ?? "answered \(probe.status ?? 0)") (\(probe.milliseconds) ms, \(signed))"
    )
    for key in endpoint.secrets.compactMap(\.publicKey) { Terminal.print("public key of its v1a signatures: \(key)") }
  }

  /// Here it may work, and not where events are sent from, which has secrets and networks of its own.
  private func sayWhereItWasTried(_ workspace: Workspace) {
    guard let origin = workspace.origin else { return }
    let there = origin.command("webhook test \(name)").map { " Once it is on the branch, try it there: \($0)" } ?? ""
    Terminal.message(
      "This was a clone's trial, with its own secret and staffrepo.allowNetworks; events are sent from elsewhere.\(there)"
    )
  }

  private func trial(_ subscription: Subscription, _ organisation: Int, _ now: Instant) -> Delivery {
    let id = UUID().uuidString.lowercased()
    let envelope: JSON = [
      "id": .string(id), "event": "webhook.test", "timestamp": .string(now.description),
      "organisation_id": .int(organisation), "data": .object([]),
    ]
    return Delivery(
      trial: NewDelivery(
        target: subscription.target, eventID: id, number: 0, name: "webhook.test", kind: .webhook, recordID: 0,
        subject: subscription.name, format: subscription.format, happened: now,
        body: Endpoint.body(
          envelope, format: subscription.format, organisation: organisation, subject: "webhook:\(subscription.name)")),
      at: now)
  }
}
