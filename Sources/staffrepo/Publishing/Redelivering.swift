import GitStore
import Journal
import Ledger
import Publishers
import RecordSchema

/// Has what was sent, or given up, wait once more.
struct Redelivering {
  struct Selection {
    var target: String?
    /// Only these events; `nil`: all.
    var eventIDs: [String]?
    /// Only what was given up.
    var onlyFailed = false
    /// From this publication on.
    var position = 1
    /// Also what is older than the newest event of that record which the endpoint took.
    var isForced = false
    /// Record what is older as superseded instead.
    var dismissesOlder = false
    var isRehearsal = false
  }

  struct Result {
    /// Older, and never had.
    var olderMissing = 0
    /// What waits again, or would.
    var queued = 0
    /// Of these, what the endpoint never had before.
    var new = 0
    /// Older than what the endpoint took of that record, and left alone.
    var older: [FinishedDelivery] = []
    var dismissed = 0
    /// Endpoints that are called again although they had asked not to be.
    var enabled: [String] = []
  }

  let workspace: Workspace
  let ledger: Ledger
  let now: Instant

  func run(_ selection: Selection) throws -> Result {
    var result = Result()
    let targets = try Targets(workspace)
    let finished = try ledger.finished(
      target: selection.target, state: selection.onlyFailed ? .dead : nil, since: selection.position,
      eventIDs: selection.eventIDs)
    var chosen: [FinishedDelivery] = []
    for delivery in finished {
      guard targets.subscriptions.contains(where: { $0.target == delivery.target }) else { continue }
      if !selection.isForced, try isOlder(delivery) { result.older.append(delivery) } else { chosen.append(delivery) }
    }
    var missing: [(position: Int, delivery: NewDelivery)] = []
    if !selection.onlyFailed, selection.eventIDs == nil,
      let subscription = targets.subscriptions.first(where: { $0.target == selection.target })
    {
      missing = try neverHad(subscription, since: selection.position, besides: Set(finished.map(\.eventID)))
      if !selection.isForced {
        let all = missing.count
        missing = try missing.filter { position, delivery in
          let newest = try ledger.newestAcknowledged(delivery.target, delivery.kind, delivery.recordID)
          return newest.map { (position, delivery.number) > $0 } ?? true
        }
        result.olderMissing = all - missing.count
      }
    }
    result.queued = chosen.count + missing.count
    result.new = missing.count
    if selection.dismissesOlder { result.dismissed = result.older.count { $0.state == .dead } }
    if selection.isRehearsal { return result }
    try restoreBodies(chosen.filter { !$0.hasBody })
    result.queued = try ledger.requeue(chosen.map(\.id), at: now) + missing.count
    try ledger.add(missing, at: now)
    if selection.dismissesOlder { try ledger.dismiss(result.older.map(\.id), at: now) }
    if let target = selection.target, try ledger.disabledReason(of: target) != nil {
      try ledger.enable(target)
      result.enabled.append(target)
    }
    return result
  }

  private func isOlder(_ delivery: FinishedDelivery) throws -> Bool {
    guard let newest = try ledger.newestAcknowledged(delivery.target, delivery.kind, delivery.recordID) else {
      return false
    }
    return (delivery.position, delivery.number) < newest
  }

  /// What was published before a subscription was there, as it would have been told.
  private func neverHad(
    _ subscription: Subscription, since position: Int, besides known: Set<String>
  ) throws -> [(position: Int, delivery: NewDelivery)] {
    let journal = try Journal(workspace.repository)
    let waiting = try Set(
      ledger.deliveries(.init(target: subscription.target, state: .pending, limit: .max)).map(\.eventID))
    var missing: [(position: Int, delivery: NewDelivery)] = []
    for entry in try journal.entries.entries(from: position) where entry.kind != .baseline {
      try Telling(line: workspace.line(journal.entries), entry: entry).tell(to: subscription) { delivery in
        guard !known.contains(delivery.eventID), !waiting.contains(delivery.eventID) else { return }
        missing.append((entry.position, delivery))
      }
    }
    return missing
  }

  /// Bodies of long ago are not kept; git and the journal give them again.
  private func restoreBodies(_ deliveries: [FinishedDelivery]) throws {
    guard !deliveries.isEmpty else { return }
    let journal = try Journal(workspace.repository)
    let byPosition = Dictionary(grouping: deliveries, by: \.position)
    for (position, deliveries) in byPosition.sorted(by: { $0.key < $1.key }) {
      guard let entry = try journal.entries.entry(at: position) else { continue }
      let wanted = Dictionary(deliveries.map { ("\($0.target) \($0.eventID)", $0.id) }) { $1 }
      var bodies: [(id: Int64, body: [UInt8])] = []
      _ = try Telling(line: workspace.line(journal.entries), entry: entry).tell { item in
        guard case .delivery(let delivery, _) = item, let id = wanted["\(delivery.target) \(delivery.eventID)"] else {
          return
        }
        bodies.append((id, delivery.body))
      }
      // What an endpoint that came later was sent is not among these.
      let found = Set(bodies.map(\.id))
      for target in Set(deliveries.filter { !found.contains($0.id) }.map(\.target)) {
        guard let subscription = try Targets(workspace).subscriptions.first(where: { $0.target == target }) else {
          continue
        }
        try Telling(line: workspace.line(journal.entries), entry: entry).tell(to: subscription) { delivery in
          guard let id = wanted["\(delivery.target) \(delivery.eventID)"] else { return }
          bodies.append((id, delivery.body))
        }
      }
      try ledger.restore(bodies)
    }
  }
}
