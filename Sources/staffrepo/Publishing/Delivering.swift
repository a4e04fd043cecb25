import Ledger
import Publishers
import RecordSchema
import Records

/// Sends what waits in the ledger to the endpoints that the branch's tip names.
struct Delivering {
  let workspace: Workspace
  /// Only to this one.
  let target: String?
  /// Keep trying failed deliveries for so many seconds; `nil`: try everything once.
  let deadline: Int?
  let now: Instant

  func run(from ledger: Ledger, to targets: Targets) throws -> Courier.Summary {
    let started = Clock.monotonicMilliseconds()
    let endpoints = try endpoints(targets, in: ledger)
    let courier = Courier(
      ledger: ledger, endpoints: endpoints.filter { $0.fault == nil }, policy: try workspace.addressPolicy(),
      clock: { now.adding(milliseconds: Clock.monotonicMilliseconds() - started) },
      random: { Double.random(in: 0...1) })
    courier.report = { delivery, status, error in
      if let error { Terminal.message("\(delivery.target): \(delivery.name) \(delivery.subject): \(error)") }
    }
    let patience: Courier.Patience = deadline.map { .until(now.adding(seconds: Int64($0))) } ?? .once
    return try courier.run(patience)
  }

  /// The subscriptions of the tip that may be sent to. What waits for one that is gone is cancelled.
  private func endpoints(_ targets: Targets, in ledger: Ledger) throws -> [Endpoint] {
    let subscriptions = Dictionary(uniqueKeysWithValues: targets.subscriptions.map { ($0.target, $0) })
    for target in try ledger.targetsWaiting() where subscriptions[target] == nil {
      try ledger.finishAll(
        for: target, as: .cancelled, reason: "The subscription was removed from the branch.", at: now)
    }
    let wanted = targets.subscriptions.filter { $0.isActive && (target ?? $0.target) == $0.target }
    return try wanted.compactMap { subscription in
      if try ledger.noteAddress(subscription.url, of: subscription.target) { try ledger.enable(subscription.target) }
      if try ledger.disabledReason(of: subscription.target) != nil { return nil }
      let endpoint = endpoint(subscription, targets.organisation)
      if let fault = endpoint.fault { Terminal.problem("\(subscription.target): \(fault). Nothing is sent there.") }
      return endpoint
    }
  }

  private func endpoint(_ subscription: Subscription, _ organisation: Int) -> Endpoint {
    do {
      return Endpoint(
        target: subscription.target, url: subscription.url, organisation: organisation,
        secrets: try workspace.secrets(subscription.secrets), fault: nil)
    } catch {
      return Endpoint(
        target: subscription.target, url: subscription.url, organisation: organisation, secrets: [], fault: "\(error)")
    }
  }
}
