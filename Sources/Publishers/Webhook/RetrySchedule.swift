import RecordSchema

/// When a failed delivery is tried again: Standard Webhooks' example, ten attempts over about 76 hours.
public struct RetrySchedule: Sendable {
  /// Seconds after the first, second, ... failed attempt.
  public static let delays: [Int64] = [
    5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400,
  ]
  /// Each delay is lengthened by up to this share, so that many deliveries do not come back together.
  public static let jitter = 0.1
  /// An endpoint cannot ask for a longer pause, in seconds.
  static let longestPause: Int64 = 86_400

  /// - Parameter step: how many scheduled attempts have failed before this one.
  /// - Parameter retryAfter: seconds, as the endpoint asks.
  /// - Parameter random: from 0 to 1.
  /// - Returns: `nil` when the schedule is over.
  public static func next(after step: Int, at now: Instant, retryAfter: Int64?, random: Double) -> Instant? {
    guard step < delays.count else { return nil }
    let delay = Double(delays[step] * 1000) * (1 + jitter * random)
    let asked = min(retryAfter ?? 0, longestPause) * 1000
    return now.adding(milliseconds: max(Int64(delay), asked))
  }
}
