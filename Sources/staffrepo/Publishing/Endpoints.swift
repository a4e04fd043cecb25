import Ledger
import Publishers
import RecordSchema

/// Where to send what waits: the subscriptions of the branch's newest commit, with the host's settings for them.
struct Endpoints {
  let workspace: Workspace
  let targets: Targets
  /// Only this one.
  var only: String?

  /// Those that may be sent to. What waits for a subscription that is gone is cancelled.
  ///
  /// - Parameter complain: told of each endpoint that cannot be sent to, and why.
  func usable(in ledger: Ledger, at now: Instant, complain: (String, String) -> Void) throws -> [Endpoint] {
    let known = Set(targets.subscriptions.map(\.target))
    for target in try ledger.targetsWaiting() where !known.contains(target) {
      try ledger.finishAll(
        for: target, as: .cancelled, reason: "The subscription was removed from the branch.", at: now)
    }
    let wanted = targets.subscriptions.filter { $0.isActive && (only ?? $0.target) == $0.target }
    return try wanted.compactMap { subscription in
      let target = subscription.target
      if try ledger.noteAddress(subscription.url, of: target) { try ledger.enable(target) }
      if try ledger.disabledReason(of: target) != nil { return nil }
      let endpoint = endpoint(subscription)
      guard let fault = endpoint.fault else { return endpoint }
      complain(target, "\(fault). Nothing is sent there.")
      return nil
    }
  }

  func endpoint(_ subscription: Subscription) -> Endpoint {
    let secrets = Result { try workspace.secrets(subscription.secrets) }
    return Endpoint(
      target: subscription.target, url: subscription.url, organisation: targets.organisation,
      secrets: (try? secrets.get()) ?? [], fault: secrets.failure.map { "\($0)" },
      caFile: workspace.caFile(of: subscription), proxy: workspace.proxy)
  }
}

extension Result {
  fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
