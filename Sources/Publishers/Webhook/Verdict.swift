import Ledger
import RecordSchema

/// What came of one request, for its delivery and for its endpoint.
struct Verdict {
  let isSuccess: Bool
  /// The endpoint as a whole seems not to work, not only for this event.
  let isDown: Bool
  let isTooFast: Bool
  /// It asked never to be called again.
  let isGone: Bool
  /// Seconds, as the endpoint asks.
  let retryAfter: Int64?
  /// For an operator; `nil` when all is well.
  let error: String?

  init(_ outcome: Transfers.Outcome, at now: Instant) {
    retryAfter = outcome.retryAfter.flatMap { RetryAfter.seconds($0, at: now) }
    isDown = outcome.status.map { $0 == 429 || $0 >= 500 } ?? true
    isTooFast = outcome.status.map { Throttle.isMeant(by: $0, hasRetryAfter: outcome.retryAfter != nil) } ?? false
    isGone = outcome.status == 410
    isSuccess = outcome.status.map { (200..<300).contains($0) } ?? false
    error =
      switch outcome.status {
      case nil: outcome.error ?? "no answer"
      case .some(200..<300): nil
      case .some(let status) where (300..<400).contains(status):
        "The endpoint answered \(status): redirects are not followed. Write the address that it leads to into the subscription."
      case .some(let status): "The endpoint answered \(status)."
      }
  }
}

extension AttemptResult {
  convenience init(
    _ delivery: Delivery, _ outcome: Transfers.Outcome, _ verdict: Verdict, started: Instant, at now: Instant,
    random: Double
  ) {
    var state = Delivery.State.delivered
    var (step, nextAttempt) = (delivery.step, now)
    if !verdict.isSuccess {
      state = .pending
      // A try ahead of its time does not use up the schedule.
      if started < delivery.nextAttempt {
        nextAttempt = max(delivery.nextAttempt, now.adding(seconds: verdict.retryAfter ?? 0))
      } else if let next = RetrySchedule.next(
        after: delivery.step, at: now, retryAfter: verdict.retryAfter, random: random)
      {
        nextAttempt = next
        step += 1
      } else {
        state = .dead
      }
    }
    self.init(
      delivery: delivery, at: now, status: outcome.status, error: verdict.error, milliseconds: outcome.milliseconds,
      state: state, step: step, nextAttempt: nextAttempt, disables: verdict.isGone)
  }
}
