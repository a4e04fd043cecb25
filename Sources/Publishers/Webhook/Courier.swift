import Ledger
import RecordSchema

/// Sends what waits in the ledger: endpoints side by side, each in order, every result on disk before it counts.
///
/// One thread drives it: `run` for one run, or `advance` again and again for a daemon. A second one records.
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
  private let limits: Transfers.Limits
  /// Made when the first request is: most runs have nothing to send.
  private var openTransfers: Transfers?
  private var lanes: [String: Lane] = [:]
  /// Whose turn it is; rotates, so that the first ones do not take all room.
  private var order: [String] = []
  private var sending: [Int64: (delivery: Delivery, started: Instant)] = [:]
  /// What ended and was not handed over yet: a sync costs as much as many requests, so they share one.
  private var results: [AttemptResult] = []
  private var openRecorder: Recorder?
  /// Handed over, and not known to be on disk.
  private var unrecorded = 0
  /// The ledger refused what was handed over.
  private var isRefused = false
  private var oldestResult = Instant(milliseconds: 0)
  private var requeues = 0
  private let clock: () -> Instant
  private let random: () -> Double
  public private(set) var summary = Summary()
  /// Told of every result when it is on disk, for progress.
  public var report: (Delivery, Int?, String?) -> Void = { _, _, _ in }

  /// Requests under way at once, of all endpoints together.
  private static let parallel = 256
  /// So long, in milliseconds, or until so many are there, results wait for each other.
  private static let longestHold: Int64 = 20
  private static let batch = 400
  /// With so many results not on disk, nothing more is sent: a slow disk must not make many be sent again.
  private static let mostUnrecorded = 1024

  /// - Parameter timeout: seconds that one request may take as a whole.
  /// - Parameter random: from 0 to 1, for jitter.
  public init(
    ledger: Ledger, endpoints: [Endpoint], policy: AddressPolicy, timeout: Int = 20, clock: @escaping () -> Instant,
    random: @escaping () -> Double
  ) {
    limits = Transfers.Limits(timeout: timeout)
    self.ledger = ledger
    self.clock = clock
    self.random = random
    self.policy = policy
    requeues = ledger.requeues
    update(endpoints: endpoints)
  }
}

extension Courier {
  public func run(_ patience: Patience) throws -> Summary {
    while true {
      let now = clock()
      if case .until(let end) = patience, now >= end {
        try drain(milliseconds: .max)
        return summary
      }
      try startWhatMayGo(isEager: true)
      if isIdle {
        guard let wait = wait(patience, at: now) else { return summary }
        try move(waiting: wait, alsoOn: [])
      } else {
        try move(waiting: 200, alsoOn: [])
      }
    }
  }

  /// Milliseconds until something is due again; `nil` when this run is done.
  private func wait(_ patience: Patience, at now: Instant) -> Int32? {
    guard case .until(let end) = patience, let next = nextDue, next < end else { return nil }
    return Int32(clamping: min(max(next.milliseconds - now.milliseconds, 1), 200))
  }
}

extension Courier {
  /// From now on these endpoints are sent to, as they are now. What is under way to others is finished.
  public func update(endpoints: [Endpoint]) {
    let wanted = Set(endpoints.map(\.target))
    for (target, lane) in lanes where !wanted.contains(target) { lane.close() }
    for endpoint in endpoints {
      if let lane = lanes[endpoint.target] { lane.change(endpoint) } else { lanes[endpoint.target] = Lane(endpoint) }
    }
    forgetClosedLanes()
    order = lanes.keys.sorted()
  }

  /// New deliveries are in the ledger, or some wait again.
  public func wake() {
    let waitsAgain = requeues != ledger.requeues
    requeues = ledger.requeues
    for lane in lanes.values {
      if waitsAgain { lane.lookAgain() } else { lane.wake() }
    }
  }

  /// Starts what may go, and waits until something happens: an answer, something to read from one of the descriptors, or
  /// the end of the time.
  ///
  /// When the ledger cannot be written, this throws and keeps the results; the next call tries again.
  ///
  /// - Parameter isEager: what failed before this process began is tried once, due or not.
  public func advance(waiting milliseconds: Int32, alsoOn descriptors: [Int32], isEager: Bool) throws {
    try startWhatMayGo(isEager: isEager)
    try move(waiting: milliseconds, alsoOn: descriptors)
  }

  /// Finishes what is under way and starts nothing. What is not done in time stays pending.
  public func drain(milliseconds: Int64) throws {
    let begin = clock().milliseconds
    while !sending.isEmpty {
      let left = milliseconds - (clock().milliseconds - begin)
      guard left > 0 else { break }
      try move(waiting: Int32(clamping: min(left, 200)), alsoOn: [])
    }
    try recordAll()
  }

  /// Nothing is under way.
  public var isIdle: Bool { sending.isEmpty && results.isEmpty && unrecorded == 0 }

  /// When something may be sent that is not under way; `nil` when nothing waits, or for answers only: these end the waiting
  /// of `advance` anyway.
  public var nextDue: Instant? {
    guard sending.count < Self.parallel else { return nil }
    let now = clock()
    return lanes.values.compactMap { $0.nextDue(at: now, isEager: false) }.min()
  }
}

extension Courier {
  private func startWhatMayGo(isEager: Bool) throws {
    // While nothing can be recorded, nothing more is sent.
    if isRefused { try recordAll() }
    guard sending.count < Self.parallel, unrecorded < Self.mostUnrecorded, !order.isEmpty else { return }
    order.append(order.removeFirst())
    do {
      try ledger.queue { queue in
        for target in order {
          guard let lane = lanes[target] else { continue }
          try start(from: lane, queue, isEager: isEager)
        }
      }
    } catch {
      startOver()
      throw error
    }
  }

  private func start(from lane: Lane, _ queue: DeliveryQueue, isEager: Bool) throws {
    let now = clock()
    try lane.fill(from: queue)
    while sending.count < Self.parallel, let next = lane.next(at: now, isEager: isEager) {
      guard let delivery = try queue.delivery(next.id) else {
        try lane.vanished(next.id, queue)
        continue
      }
      let endpoint = lane.endpoint
      sending[delivery.id] = (delivery, now)
      try transfers().start(
        Transfers.Request(
          tag: delivery.id, url: endpoint.url, headers: endpoint.headers(for: delivery, at: now), body: delivery.body,
          caFile: endpoint.caFile, proxy: endpoint.proxy))
      try lane.fill(from: queue)
    }
  }

  private func transfers() throws -> Transfers {
    if let openTransfers { return openTransfers }
    let transfers = try Transfers(policy: policy, limits: limits)
    openTransfers = transfers
    return transfers
  }

  private func move(waiting milliseconds: Int32, alsoOn descriptors: [Int32]) throws {
    let wait = results.isEmpty ? milliseconds : Int32(clamping: min(Int64(milliseconds), max(0, held)))
    let descriptors = descriptors + (openRecorder.map { [$0.bell] } ?? [])
    if let openTransfers {
      for outcome in openTransfers.advance(waiting: wait, alsoOn: descriptors) { end(outcome) }
    } else {
      Descriptors.wait(on: descriptors, milliseconds: wait)
    }
    if sending.isEmpty || isBatchFull { try handOver() }
    try settleRecorded()
    forgetClosedLanes()
  }

  /// Milliseconds for which the results can still wait.
  private var held: Int64 { oldestResult.milliseconds + Self.longestHold - clock().milliseconds }

  private var isBatchFull: Bool { !results.isEmpty && (results.count >= Self.batch || held <= 0) }

  private func end(_ outcome: Transfers.Outcome) {
    guard let (delivery, started) = sending.removeValue(forKey: outcome.tag) else { return }
    let now = clock()
    let verdict = Verdict(outcome, at: now)
    // Random numbers are the system's and dear; most answers need none.
    lanes[delivery.target]?.ended(verdict, at: now, random: verdict.isDown ? random() : 0)
    if results.isEmpty { oldestResult = now }
    results.append(
      AttemptResult(delivery, outcome, verdict, started: started, at: now, random: verdict.isSuccess ? 0 : random()))
  }

  private func handOver() throws {
    guard !results.isEmpty else { return }
    let recorder = try openRecorder ?? Recorder(ledger)
    openRecorder = recorder
    recorder.handOver(results)
    unrecorded += results.count
    results = []
  }

  /// Waits until every result is on disk.
  private func recordAll() throws {
    try handOver()
    if isRefused { openRecorder?.tryAgain() }
    isRefused = false
    openRecorder?.finish()
    try settleRecorded()
  }

  /// What is on disk by now counts.
  private func settleRecorded() throws {
    guard unrecorded > 0, let news = openRecorder?.takeNews() else { return }
    unrecorded -= news.recorded.count
    summary.superseded += news.superseded
    for result in news.recorded {
      count(result)
      report(result.delivery, result.status, result.error)
    }
    if !news.recorded.isEmpty {
      do {
        // It begins after the results were recorded, so it sees them.
        try ledger.queue { queue in
          for result in news.recorded { try settle(result, queue) }
        }
      } catch {
        startOver()
        isRefused = isRefused || news.error != nil
        throw error
      }
    }
    if let error = news.error {
      isRefused = true
      throw error
    }
  }

  private func settle(_ result: AttemptResult, _ queue: DeliveryQueue) throws {
    guard let lane = lanes[result.delivery.target] else { return }
    if result.state == .pending {
      try lane.failed(result.delivery.id, next: result.nextAttempt, queue)
    } else {
      try lane.finished(result.delivery.id, queue)
    }
    if result.disables { lane.close() }
  }

  /// What the lanes hold may not be what the ledger has.
  private func startOver() {
    let tags = Set(sending.keys)
    let ended = Set(results.map(\.delivery.id)).union(openRecorder?.deliveries ?? [])
    for lane in lanes.values { lane.startOver(sending: tags, ended: ended) }
  }

  private func forgetClosedLanes() {
    for (target, lane) in lanes where lane.isClosed && lane.isIdle { lanes[target] = nil }
  }

  private func count(_ result: AttemptResult) {
    switch result.state {
    case .delivered: summary.delivered += 1
    case .dead: summary.dead += 1
    default: summary.failed += 1
    }
  }
}
