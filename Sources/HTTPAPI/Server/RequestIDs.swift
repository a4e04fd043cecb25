import RecordSchema
import Synchronization

/// Names for requests, by which answers are found in the log.
final class RequestIDs: Sendable {
  private let prefix = String(UInt32.random(in: .min ... .max), radix: 36)
  private let count = Atomic(0)

  func next() -> String {
    prefix + "-" + String(count.wrappingAdd(1, ordering: .relaxed).newValue, radix: 36)
  }
}

/// The value of `Date`, made once a second.
final class DateLine: Sendable {
  private let last = Mutex((second: Int64.min, text: ""))

  func text(_ now: Instant) -> String {
    last.withLock { last in
      if last.second != now.seconds { last = (now.seconds, Self.write(now)) }
      return last.text
    }
  }

  /// As RFC 9110 has it: `Thu, 15 Jan 2026 10:30:00 GMT`.
  static func write(_ instant: Instant) -> String {
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    // `2026-01-15T10:30:00Z`
    let text = instant.description
    let parts = text.prefix(10).split(separator: "-")
    let day = Int((Double(instant.seconds) / 86_400).rounded(.down))
    guard parts.count == 3, let month = Int(parts[1]) else { return text }
    return
      "\(days[((day % 7) + 7) % 7]), \(parts[2]) \(months[month - 1]) \(parts[0]) \(text.dropFirst(11).dropLast()) GMT"
  }
}
