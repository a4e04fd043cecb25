import Access
import Editing
import FileStore
import GitStore
import HTTPAPI
import Proposals
import RecordSchema
import Records
import Roster

/// Subscribes, unsubscribes and lists for the holders of keys: the same files that people write, by commits.
///
/// A subscription made here bears the system whose key asked, and only that system sees and ends it here. It is never told
/// more than the key may read.
struct SubscriptionDesk: Sendable {
  let open: @Sendable () throws -> Workspace
  /// The records as they are served.
  let roster: @Sendable () -> Roster?

  func answer(_ wish: SubscriptionWish, _ grant: Grant, _ now: Instant) throws -> Outcome {
    let request = try Request(workspace: open(), wish: wish, grant: grant, now: now, roster: roster())
    return switch wish.action {
    case .list: try request.list()
    case .subscribe: try request.subscribe()
    case .unsubscribe: try request.unsubscribe()
    }
  }

  /// A wish, and all that it is answered from.
  struct Request {
    let workspace: Workspace
    let wish: SubscriptionWish
    let grant: Grant
    let now: Instant
    let roster: Roster?
  }
}

extension SubscriptionDesk.Request {
  func desk() throws -> ProposalDesk {
    let folder = workspace.repository.gitDirectory
    return ProposalDesk(
      workspace.repository, branch: try workspace.branch(), judge: try workspace.judge(), now: now,
      wake: { try? Workspace.open(at: folder).wake() })
  }

  /// The subscription files of a tree, by name in small letters.
  func files(_ source: CommitSource) throws -> [String: RecordFiles.File] {
    let configuration = try source.configuration().configuration ?? workspace.configuration(at: desk().tip())
    return Dictionary(
      try source.recordFiles(.webhook, configuration).map { ($0.name.lowercased(), $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Those of the system whose key asks.
  func ownFiles(_ files: [String: RecordFiles.File]) -> [RecordFiles.File] {
    files.values.filter { $0.subscription?.draft?.system == grant.system }.sorted { $0.name < $1.name }
  }

  private func ownFiles(_ files: [String: RecordFiles.File], at url: String) -> [RecordFiles.File] {
    ownFiles(files).filter { $0.subscription?.draft?.url == url }
  }

  func published() throws -> [String: RecordFiles.File] {
    try files(CommitSource(workspace.repository, commit: desk().tip()))
  }

  // MARK: List

  func list() throws -> Outcome {
    let own = try ownFiles(published())
    return Outcome(
      status: 200,
      json: ["subscriptions": .array(own.compactMap { $0.subscription?.draft.map { describe($0) } })])
  }

  private func describe(_ subscription: Subscription) -> JSON {
    [
      "name": .string(subscription.name), "target": .string(subscription.target), "url": .string(subscription.url),
      "events": .array(subscription.events.map(JSON.string)), "format": .string(subscription.format.rawValue),
      "fields": subscription.fields.map { .array($0.map(JSON.string)) } ?? .null,
      "units": subscription.units.map { .array($0.map { .string($0.rawValue) }) } ?? .null,
      "is_active": .bool(subscription.isActive),
    ]
  }

  // MARK: Subscribe

  func subscribe() throws -> Outcome {
    guard let url = wish.url, !url.isEmpty else {
      throw Problem.refusedSubscription([.init("url", "url says where events are sent: https://...")])
    }
    let clamped = try Clamping(wish, grant, roster).clamped()
    let stem = try name(for: url)
    let (reference, path) = secretPlace(stem)
    var new = NewSubscription(
      url: url, events: clamped.events, secrets: [reference], format: clamped.format, fields: clamped.fields,
      units: clamped.units)
    new.system = grant.system
    var random = SystemRandomNumberGenerator()
    let secret = EndpointSecret.mint(using: &random)
    // The secret first: a subscription without one would be told nothing.
    try secret.store(at: path)
    var isKept = false
    defer { if !isKept { try? FileStore.remove(path) } }
    let text = new.text(schema: nil)
    var file = ""
    let outcome = try desk().submit(to: .direct(orReview: "webhooks/\(grant.system)/\(stem)")) { source in
      let files = try files(source)
      try refuseRepeat(of: url, files)
      guard files[stem.lowercased()] == nil else {
        throw Problem.refusedSubscription([
          .init("name", "There is a subscription \(stem) already.", help: "Choose another name.")
        ])
      }
      let configuration = try source.configuration().configuration ?? Configuration()
      file = "\(configuration.dataFolder)/\(RecordKind.webhook.folder)/\(stem).yaml"
      return proposal("\(grant.system) subscribes \(stem)", file, Array(text.utf8))
    }
    guard case .landed(let landed) = outcome else { return try refusal(outcome, text: text) }
    isKept = true
    var subscription = Subscription(name: stem)
    (subscription.url, subscription.format, subscription.fields) = (url, clamped.format, clamped.fields)
    (subscription.events, subscription.units) = (clamped.events, clamped.units?.map { UnitCode($0) })
    // What the change means for other files is for those who keep these.
    let warnings = landed.warnings.filter { $0.file == file }
    return tell(
      landed, warnings, text: text, describe(subscription), [.init("secret", .string(secret.text))], direct: 201)
  }

  /// Who heard no answer asks again, and would be told everything twice.
  private func refuseRepeat(of url: String, _ files: [String: RecordFiles.File]) throws {
    guard wish.name == nil, let file = ownFiles(files, at: url).first, let subscription = file.subscription?.draft
    else {
      return
    }
    throw Problem(
      409, "subscribed-already", title: "There is such a subscription already",
      detail:
        "\(file.name) has this url. Its secret was told once: if it is lost, unsubscribe \(file.name) and subscribe again. For a second one beside it, give a name.",
      more: [.init("subscription", describe(subscription))])
  }

  private func name(for url: String) throws -> String {
    let name = wish.name ?? grant.system
    guard RecordFiles.isName(name) else {
      throw Problem.refusedSubscription([
        .init("name", "name has letters, digits, hyphens, dots and underscores, at most 64.")
      ])
    }
    guard wish.name == nil else { return name }
    let taken = try published()
    try refuseRepeat(of: url, taken)
    // One that nobody chose gets a number where it is taken.
    return ([name] + (2...1000).map { "\(name)-\($0)" }).first { taken[$0.lowercased()] == nil } ?? name
  }

  /// So that nobody with a key can take a name at which a secret of something else is looked for.
  static let secretPrefix = "api-"

  /// Where the secret is put; never where one is already.
  private func secretPlace(_ stem: String) -> (SecretReference, path: String) {
    let name = Self.secretPrefix + stem
    let names = [name] + (2...).lazy.prefix(10_000).map { "\(name)-\($0)" }
    let references = names.map(SecretReference.file)
    let reference = references.first { !FileStore.exists(workspace.path(of: $0)) } ?? references[0]
    return (reference, workspace.path(of: reference))
  }

  // MARK: Answers

  func proposal(_ message: String, _ path: String, _ bytes: [UInt8]?) -> Proposal {
    Proposal(
      files: [ProposedFile(path: path, bytes: bytes)], author: .init(system: grant.system), message: message,
      trailers: [.init("Staffrepo-Key", grant.key)])
  }

  /// - Parameter text: of the file that was made.
  func tell(
    _ landed: LandedProposal, _ warnings: [Diagnostic], text: String, _ subscription: JSON, _ more: [JSON.Member],
    direct status: Int
  ) -> Outcome {
    var members: [JSON.Member] = [
      .init("state", landed.isDirect ? "accepted" : "pending_review"),
      .init("commit", .string(landed.commit.description)), .init("branch", .string(landed.branch)),
      .init("subscription", subscription),
    ]
    // A policy's own words name people; whoever reviews it sees them.
    if let reason = landed.reviewReason {
      members.append(.init("reason", .string(reason.hasPrefix("G") ? "rule \(reason.prefix { $0 != ":" })" : reason)))
    }
    let told = warnings.filter { $0.severity == .warning && !$0.isBrake }
    members.append(
      .init(
        "warnings",
        .array(
          told.map { warning in
            .compact([
              "code": .string(warning.rule.code), "field": Self.member(of: warning, in: text).map(JSON.string),
              "message": .string(warning.message), "help": warning.help.map(JSON.string),
            ])
          })))
    return Outcome(status: landed.isDirect ? status : 202, json: .object(members + more))
  }

  func refusal(_ outcome: ProposalOutcome, text: String) throws -> Outcome {
    guard case .refused(let faults, _) = outcome else { return Outcome(status: 200, json: ["state": "unchanged"]) }
    throw Problem.refusedSubscription(
      faults.map { .init(Self.member(of: $0, in: text) ?? "name", $0.message, help: $0.help) })
  }

  /// The member of the request from which the line was made that a finding is about.
  private static func member(of finding: Diagnostic, in text: String) -> String? {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(finding.range.start.line)
    let field = lines.last { $0.first?.isLetter == true }.map { String($0.prefix { $0 != ":" }) }
    return field.flatMap { SubscriptionWish.members.contains($0) ? $0 : nil }
  }
}
