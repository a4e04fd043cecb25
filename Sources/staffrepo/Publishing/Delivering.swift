import Ledger
import Publishers
import RecordSchema

/// Sends what waits in the ledger, once.
struct Delivering {
  let workspace: Workspace
  /// Only to this one.
  let target: String?
  /// Keep trying failed deliveries for so many seconds; `nil`: try everything once.
  let deadline: Int?
  let clock: RunningClock

  func run(from ledger: Ledger, to targets: Targets) throws -> Courier.Summary {
    let endpoints = Endpoints(workspace: workspace, targets: targets, only: target)
    let usable = try endpoints.usable(in: ledger, at: clock.now) { Terminal.problem("\($0): \($1)") }
    let progress = DeliveryProgress(try usable.reduce(0) { try $0 + (ledger.counts(of: $1.target)[.pending] ?? 0) })
    let courier = Courier(
      ledger: ledger, endpoints: usable, policy: try workspace.addressPolicy(),
      timeout: try workspace.requestTimeout(), clock: { clock.now },
      random: { Double.random(in: 0...1) })
    courier.report = { delivery, status, error in
      progress.note(isFailure: error != nil)
      if let error { DeliveryText.tell(delivery, status, error) }
    }
    let patience: Courier.Patience = deadline.map { .until(clock.started.adding(seconds: Int64($0))) } ?? .once
    defer { Terminal.endProgress() }
    return try courier.run(patience)
  }
}

/// What people and logs are told of a failed attempt. No name, no reference: logs live elsewhere and longer.
enum DeliveryText {
  static func tell(_ delivery: Delivery, _ status: Int?, _ error: String) {
    Terminal.message(
      "\(delivery.target): \(delivery.name) \(delivery.kind):\(delivery.recordID): \(error)",
      [
        .init("target", .string(delivery.target)), .init("event", .string(delivery.name)),
        .init("event_id", .string(delivery.eventID)), .init("status", .optional(status)),
        .init("attempt", .int(delivery.attempts + 1)),
      ], level: .warning)
  }
}

/// How far a large backlog is, on a terminal.
final class DeliveryProgress {
  private let total: Int
  private var done = 0
  private var failed = 0
  private let started = Clock.monotonicMilliseconds()
  private var shown: Int64 = 0

  init(_ total: Int) { self.total = total }

  func note(isFailure: Bool) {
    done += 1
    failed += isFailure ? 1 : 0
    let now = Clock.monotonicMilliseconds()
    guard total > 20, now - shown >= 100 else { return }
    shown = now
    let rate = Double(done) * 1000 / Double(max(1, now - started))
    let left = rate > 0 ? Int(Double(max(0, total - done)) / rate) : 0
    Terminal.progress(
      "\(done) of \(total) deliveries\(failed > 0 ? ", \(failed) failed" : ""), \(Int(rate)) a second, about \(left) s left"
    )
  }
}
