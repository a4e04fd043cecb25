import Ledger
import RecordSchema

/// Sends what waits in the ledger: endpoints side by side, each in order, every result on disk before it counts.
public final class Courier {
  public struct Summary: Sendable, Equatable {
    public var delivered = 0
    public var failed = 0
    public var dead = 0
    public var superseded = 0

    public init() {}
  }

  /// How long a run goes on.
  public enum Patience: Sendable {
    /// Everything that waits is tried once, due or not.
    case once
    /// Failed deliveries are tried again until this instant; then the rest waits for the next run.
    case until(Instant)
  }

  private let ledger: Ledger
  private let policy: AddressPolicy
  /// Made when the first request is: most runs have nothing to send.
  private var openTransfers: Transfers?
  private var lanes: [String: Lane]
  private var underway: [Int64: (delivery: Delivery, started: Instant)] = [:]
  private let clock: () -> Instant
  private let random: () -> Double
  private var summary = Summary()
  /// Told of every result, for progress.
  public var report: (Delivery, Int?, String?) -> Void = { _, _, _ in }

  /// - Parameter random: from 0 to 1, for the retry times' jitter.
  public init(
    ledger: Ledger, endpoints: [Endpoint], policy: AddressPolicy, clock: @escaping () -> Instant,
    random: @escaping () -> Double
  ) {
    self.ledger = ledger
    self.clock = clock
    self.random = random
    self.policy = policy
    lanes = Dictionary(uniqueKeysWithValues: endpoints.map { ($0.target, Lane($0)) })
  }

  public func run(_ patience: Patience) throws -> Summary {
    while true {
      let now = clock()
      let isOver = if case .until(let end) = patience { now >= end } else { false }
      if !isOver { try startWhatMayGo(at: now) }
      if underway.isEmpty {
        guard let wait = wait(patience, at: now, isOver: isOver) else { return summary }
        _ = try transfers().advance(waiting: wait)
      } else {
        try finish(transfers().advance(waiting: 200))
      }
    }
  }

  private func transfers() throws -> Transfers {
    if let openTransfers { return openTransfers }
    let transfers = try Transfers(policy: policy)
    openTransfers = transfers
    return transfers
  }

  private func startWhatMayGo(at now: Instant) throws {
    for target in lanes.keys.sorted() {
      guard var lane = lanes[target] else { continue }
      try lane.fill(from: ledger)
      while let delivery = lane.next(at: now, isEager: true) {
        let endpoint = lane.endpoint
        underway[delivery.id] = (delivery, now)
        try transfers().start(
          tag: delivery.id, url: endpoint.url, headers: endpoint.headers(for: delivery, at: now), body: delivery.body)
        try lane.fill(from: ledger)
      }
      lanes[target] = lane
    }
  }

  /// Milliseconds until something is due again; `nil` when this run is done.
  private func wait(_ patience: Patience, at now: Instant, isOver: Bool) -> Int32? {
    guard case .until(let end) = patience, !isOver,
      let next = lanes.values.compactMap({ $0.nextDue(isEager: false) }).min(), next < end
    else { return nil }
    return Int32(clamping: min(max(next.milliseconds - now.milliseconds, 1), 200))
  }

  private func finish(_ outcomes: [Transfers.Outcome]) throws {
    var results: [AttemptResult] = []
    var overtaken: [Delivery] = []
    for outcome in outcomes {
      guard let (delivery, started) = underway.removeValue(forKey: outcome.tag), var lane = lanes[delivery.target]
      else { continue }
      let result = judge(outcome, delivery, started)
      results.append(result)
      if result.state == .delivered {
        overtaken += lane.succeeded(delivery)
      } else {
        lane.failed(
          delivery.after(result), next: result.state == .pending ? result.nextAttempt : nil,
          isDown: outcome.status.map { $0 == 429 || $0 >= 500 } ?? true)
        if result.disables { lane.close() }
      }
      lanes[delivery.target] = lane
      count(result)
      report(delivery, outcome.status, result.error)
    }
    try ledger.record(results, superseding: overtaken.map(\.id), at: clock())
    summary.superseded += overtaken.count
  }

  private func count(_ result: AttemptResult) {
    switch result.state {
    case .delivered: summary.delivered += 1
    case .dead: summary.dead += 1
    default: summary.failed += 1
    }
  }

  private func judge(_ outcome: Transfers.Outcome, _ delivery: Delivery, _ started: Instant) -> AttemptResult {
    let now = clock()
    var result = AttemptResult(
      delivery: delivery, at: now, status: outcome.status, error: nil, milliseconds: outcome.milliseconds,
      state: .delivered, step: delivery.step, nextAttempt: now, disables: outcome.status == 410)
    if let status = outcome.status, (200..<300).contains(status) { return result }
    result.error = outcome.error ?? "The endpoint answered \(outcome.status ?? 0)."
    result.state = .pending
    // A try ahead of its time does not use up the schedule.
    if started < delivery.nextAttempt {
      result.nextAttempt = max(delivery.nextAttempt, now.adding(seconds: min(outcome.retryAfter ?? 0, 86_400)))
    } else if let next = RetrySchedule.next(
      after: delivery.step, at: now, retryAfter: outcome.retryAfter, random: random())
    {
      result.nextAttempt = next
      result.step = delivery.step + 1
    } else {
      result.state = .dead
    }
    return result
  }
}

extension Delivery {
  /// As the ledger will have it.
  fileprivate func after(_ result: AttemptResult) -> Delivery {
    var delivery = self
    delivery.attempts += 1
    delivery.state = result.state
    delivery.step = result.step
    delivery.nextAttempt = result.nextAttempt
    return delivery
  }
}
