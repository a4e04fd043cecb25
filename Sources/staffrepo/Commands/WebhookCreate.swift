import Access
import ArgumentParser
import Editing
import FileStore
import RecordSchema

struct WebhookCreate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Subscribe an endpoint to events.",
    discussion: """
      The endpoint's secret goes to standard output, once, and into a file of this host's secrets folder; the records hold \
      only that file's name. Where another repository publishes, the secret must be there too: the command says how.

      EXAMPLES:
        staffrepo webhook create rota --url https://rota.example.org/staff
        staffrepo webhook create badges --url https://badges.example.org/hook \\
          --event person.created --event person.deactivated \\
          --field id --field first_name --field last_name --unit care-team-a
        staffrepo webhook create directory --backfill \\
          --url https://directory.example.org/hook      everybody first
      """)

  @Argument(help: "The subscription's name, which is its file's: letters, digits, hyphens.")
  var name: String

  @Option(help: "Where events are sent: https://...")
  var url: String

  @Option(
    name: .customLong("event"),
    help: ArgumentHelp(
      "Only this event: \(EventName.allCases.map(\.rawValue).joined(separator: ", ")). May be given several times; none: every event."
    ))
  var events: [String] = []

  @Option(
    name: .customLong("field"),
    help: ArgumentHelp(
      "Only this field of a record: \(Person.outputFields.joined(separator: ", ")). May be given several times; none: all but the sensitive ones."
    ))
  var fields: [String] = []

  @Option(
    name: .customLong("unit"), help: "Only people of this unit and below. May be given several times; none: everybody.")
  var units: [String] = []

  @Option(help: "staff-service, cloudevents-structured or cloudevents-binary.")
  var format = Subscription.Format.staffService

  @Flag(help: "Tell the endpoint of everybody who is there already, before anything else.")
  var backfill = false

  @Option(help: "What it is for, as people read it.")
  var description: String?

  func validate() throws {
    guard RecordFiles.isName(name) else {
      throw ValidationError("'\(name)' is no name for a file: write letters, digits, hyphens, at most 64.")
    }
  }

  func run() throws {
    let workspace = try Workspace.open()
    let files = try RecordFiles(workspace, .webhook)
    let reference = SecretReference.file(name)
    let secretPath = workspace.path(of: reference)
    guard !FileStore.exists(secretPath) else {
      throw Refusal(
        "There is a secret \(secretPath) already; nothing was written. Remove it when no subscription uses it, or choose another name."
      )
    }
    let subscription = NewSubscription(
      url: url, events: events, secrets: [reference], format: format, fields: fields.isEmpty ? nil : fields,
      units: units.isEmpty ? nil : units, backfill: backfill, purpose: description)
    var random = SystemRandomNumberGenerator()
    let secret = EndpointSecret.mint(using: &random)
    // The secret first: a subscription without one would be told nothing.
    try secret.store(at: secretPath)
    let path: String
    do {
      path = try files.add(name, subscription.text(schema: files.schema).utf8)
    } catch {
      try FileStore.remove(secretPath)
      throw error
    }
    Terminal.message(
      """
      \(path) is written, not committed. The secret is in \(secretPath), and shown this once: hand it over safely.
      Try the endpoint: staffrepo webhook test \(name) --worktree
      Events are sent once the file is on the branch: git add \(path), commit, push. \(elsewhere(workspace, reference))
      """)
    Terminal.print(secret.text)
  }

  /// A secret is looked for where events are sent from, and no push takes it there.
  private func elsewhere(_ workspace: Workspace, _ reference: SecretReference) -> String {
    guard let origin = workspace.origin else {
      return "Where another host or user publishes, put the secret there too."
    }
    let place =
      origin.copying(workspace.path(of: reference), of: reference).map { ", readable by its user only:\n  \($0)" }
      ?? ", in <git dir>/staffrepo/secrets/\(name)."
    return "This is a clone of \(origin.url): where that is published from, the secret must be there before\(place)"
  }
}

extension Subscription.Format: ExpressibleByArgument {}
