import Access
import FileStore
import HTTPAPI
import Proposals
import RecordSchema
import Records

// How the holder of a key ends a subscription.
extension SubscriptionDesk.Request {
  func unsubscribe() throws -> Outcome {
    let stem = try chosen()
    var ended: RecordFiles.File?
    let outcome = try desk().submit(to: .direct(orReview: "webhooks/\(grant.system)/\(stem)")) { source in
      guard let file = try ownFiles(files(source)).first(where: { $0.name.lowercased() == stem.lowercased() }) else {
        throw Problem(
          404, "not-found", title: "There is no such subscription",
          detail: "Or none that was made with a key of \(grant.system). Action list tells those that are.")
      }
      ended = file
      return proposal("\(grant.system) ends its subscription \(file.name)", file.path, nil)
    }
    guard case .landed(let landed) = outcome, let ended else { return try refusal(outcome, text: "") }
    if landed.isDirect, let subscription = ended.subscription?.draft { try removeSecret(of: subscription) }
    // That it is gone is no news.
    let warnings = landed.warnings.filter { $0.file != ended.path }
    return tell(
      landed, warnings, text: "", ["name": .string(ended.name), "target": .string("webhook/\(ended.name)")], [],
      direct: 200)
  }

  /// The one that is to end. None is ended because it is the only one, or the first.
  private func chosen() throws -> String {
    if let name = wish.name, wish.url == nil { return name }
    let all = try ownFiles(published())
    let meant = all.filter { file in
      (wish.name ?? file.name).lowercased() == file.name.lowercased() && file.subscription?.draft?.url == wish.url
    }
    if meant.count == 1 { return meant[0].name }
    let names = all.map(\.name)
    let fault =
      if let url = wish.url {
        SubscriptionFault(
          "url",
          meant.isEmpty
            ? "No subscription of \(grant.system)\(wish.name.map { " that is called \($0)" } ?? "") has the url \(url)."
            : "\(meant.count) subscriptions have this url.", help: "Give the name of the one that is to end.")
      } else {
        SubscriptionFault(
          "name", "unsubscribe wants the name of the subscription that is to end.",
          help: "\(grant.system) has: \(names.isEmpty ? "none" : names.joined(separator: ", ")).")
      }
    throw Problem.refusedSubscription([fault], more: [.init("names", .array(names.map(JSON.string)))])
  }

  /// A secret that was made here for it, and that nothing else uses. What people put there is theirs.
  private func removeSecret(of ended: Subscription) throws {
    let used = try published().values.flatMap { $0.subscription?.draft?.secrets ?? [] }
    for case .file(let name) in ended.secrets
    where name.hasPrefix(Self.secretPrefix) && !used.contains(.file(name)) {
      guard (try? workspace.value(of: .file(name)))?.hasPrefix(EndpointSecret.prefix) == true else { continue }
      try FileStore.remove(workspace.path(of: .file(name)))
    }
  }
}
