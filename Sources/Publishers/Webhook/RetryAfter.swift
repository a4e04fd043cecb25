import CLibcurl
import RecordSchema

/// What an endpoint asks for with `Retry-After`.
enum RetryAfter {
  /// Reads seconds or an HTTP date; `nil` when it is neither. Never more than a day, never less than nothing.
  static func seconds(_ text: String, at now: Instant) -> Int64? {
    let isNumber = !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    // More digits than a number holds are longer than a day, too.
    if isNumber { return min(Int64(text) ?? .max, RetrySchedule.longestPause) }
    let date = Int64(curl_getdate(text, nil))
    guard date >= 0 else { return nil }
    return min(max(0, date - now.seconds), RetrySchedule.longestPause)
  }
}
