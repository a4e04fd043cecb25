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

  fileprivate struct Request {
    let workspace: Workspace
    let wish: SubscriptionWish
    let grant: Grant
    let now: Instant
    let roster: Roster?
  }
}

extension SubscriptionDesk.Request {
  private func desk() throws -> ProposalDesk {
    let folder = workspace.repository.gitDirectory
    return ProposalDesk(
      workspace.repository, branch: try workspace.branch(), judge: try workspace.judge(), now: now,
      wake: { try? Workspace.open(at: folder).wake() })
  }

  /// The subscription files of a tree, by name in small letters.
  private func files(_ source: CommitSource) throws -> [String: RecordFiles.File] {
    let configuration = try source.configuration().configuration ?? workspace.configuration(at: desk().tip())
    return Dictionary(
      try source.recordFiles(.webhook, configuration).map { ($0.name.lowercased(), $0) },
      uniquingKeysWith: { first, _ in first })
  }

  private func isOwn(_ file: RecordFiles.File) -> Bool { file.subscription?.draft?.system == grant.system }

  // MARK: List

  func list() throws -> Outcome {
    let files = try files(CommitSource(workspace.repository, commit: desk().tip()))
    let own = files.values.filter(isOwn).sorted { $0.name < $1.name }
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
      throw Problem.refusedSubscription([("url", "url says where events are sent: https://...")])
    }
    let clamped = try Clamping(wish, grant, roster).clamped()
    let stem = try name()
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
      guard try files(source)[stem.lowercased()] == nil else {
        throw Problem.refusedSubscription([("name", "There is a subscription \(stem) already. Choose another name.")])
      }
      let configuration = try source.configuration().configuration ?? Configuration()
      file = "\(configuration.dataFolder)/\(RecordKind.webhook.folder)/\(stem).yaml"
      return proposal("\(grant.system) subscribes \(stem)", file, Array(text.utf8))
    }
    guard case .landed(let landed) = outcome else { return try refusal(outcome) }
    isKept = true
    var subscription = Subscription(name: stem)
    (subscription.url, subscription.format, subscription.fields) = (url, clamped.format, clamped.fields)
    (subscription.events, subscription.units) = (clamped.events, clamped.units?.map { UnitCode($0) })
    return tell(landed, describe(subscription), [.init("secret", .string(secret.text))], direct: 201)
  }

  private func name() throws -> String {
    let name = wish.name ?? grant.system
    guard RecordFiles.isName(name) else {
      throw Problem.refusedSubscription([("name", "name has letters, digits and hyphens, at most 64.")])
    }
    guard wish.name == nil else { return name }
    // One that nobody chose gets a number where it is taken.
    let taken = try files(CommitSource(workspace.repository, commit: desk().tip()))
    return ([name] + (2...1000).map { "\(name)-\($0)" }).first { taken[$0.lowercased()] == nil } ?? name
  }

  /// Where the secret is put; never where one is already.
  private func secretPlace(_ stem: String) -> (SecretReference, path: String) {
    let names = [stem] + (2...).lazy.prefix(10_000).map { "\(stem)-\($0)" }
    let references = names.map(SecretReference.file)
    let reference = references.first { !FileStore.exists(workspace.path(of: $0)) } ?? references[0]
    return (reference, workspace.path(of: reference))
  }

  // MARK: Unsubscribe

  func unsubscribe() throws -> Outcome {
    let stem = wish.name ?? grant.system
    let outcome = try desk().submit(to: .direct(orReview: "webhooks/\(grant.system)/\(stem)")) { source in
      guard let file = try files(source)[stem.lowercased()], isOwn(file) else {
        throw Problem(
          404, "not-found", title: "There is no such subscription",
          detail: "Or none that was made with a key of \(grant.system). Give its name; action list tells them.")
      }
      return proposal("\(grant.system) ends its subscription \(stem)", file.path, nil)
    }
    guard case .landed(let landed) = outcome else { return try refusal(outcome) }
    return tell(landed, ["name": .string(stem), "target": .string("webhook/\(stem)")], [], direct: 200)
  }

  // MARK: Answers

  private func proposal(_ message: String, _ path: String, _ bytes: [UInt8]?) -> Proposal {
    Proposal(
      files: [ProposedFile(path: path, bytes: bytes)], author: .init(system: grant.system), message: message,
      trailers: [.init("Staffrepo-Key", grant.key)])
  }

  private func tell(_ landed: LandedProposal, _ subscription: JSON, _ more: [JSON.Member], direct status: Int)
    -> Outcome
  {
    var members: [JSON.Member] = [
      .init("state", landed.isDirect ? "accepted" : "pending_review"),
      .init("commit", .string(landed.commit.description)), .init("branch", .string(landed.branch)),
      .init("subscription", subscription),
    ]
    // A policy's own words name people; whoever reviews it sees them.
    if let reason = landed.reviewReason {
      members.append(.init("reason", .string(reason.hasPrefix("G") ? "rule \(reason.prefix { $0 != ":" })" : reason)))
    }
    let warnings = landed.warnings.filter { $0.severity == .warning && !$0.isBrake }
    members.append(
      .init("warnings", .array(warnings.map { ["code": .string($0.rule.code), "message": .string($0.message)] })))
    return Outcome(status: landed.isDirect ? status : 202, json: .object(members + more))
  }

  private func refusal(_ outcome: ProposalOutcome) throws -> Outcome {
    guard case .refused(let faults, _) = outcome else { return Outcome(status: 200, json: ["state": "unchanged"]) }
    throw Problem.refusedSubscription(faults.map { (Self.field(of: $0), $0.message) })
  }

  /// The member that a fault is about, by the rule that found it.
  private static func field(of fault: Diagnostic) -> String {
    let name = fault.rule.name
    return ["url", "events", "fields", "units"].first { name.contains($0.dropLast()) }
      ?? (name.contains("address") ? "url" : "name")
  }
}
