import RecordSchema

/// How many requests an endpoint bears at once: fewer when it says that it is too many, slowly more when all goes well.
struct Throttle {
  private(set) var parallel = widest
  /// Nothing is sent before this: the endpoint asked for it.
  private(set) var pausedUntil: Instant?
  private var successes = 0

  static let widest = 4
  /// After so many successes one more request may be under way.
  static let patience = 16

  /// Whether an answer says «too many, or too fast».
  static func isMeant(by status: Int, hasRetryAfter: Bool) -> Bool {
    status == 429 || status == 502 || status == 504 || (status == 503 && hasRetryAfter)
  }

  /// - Parameter retryAfter: seconds.
  mutating func narrow(at now: Instant, retryAfter: Int64?) {
    parallel = max(1, parallel / 2)
    successes = 0
    guard let retryAfter else { return }
    let end = now.adding(seconds: min(retryAfter, RetrySchedule.longestPause))
    pausedUntil = max(pausedUntil ?? end, end)
  }

  mutating func succeeded() {
    guard parallel < Self.widest else { return }
    successes += 1
    guard successes == Self.patience else { return }
    successes = 0
    parallel += 1
  }
}
