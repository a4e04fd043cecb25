/// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
public struct Instant: Hashable, Comparable, Sendable {
  public let milliseconds: Int64

  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  public init(seconds: Int64) {
    milliseconds = seconds * 1000
  }

  /// Reads `YYYY-MM-DDTHH:MM:SSZ`.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 20, bytes[10] == UInt8(ascii: "T"), bytes[19] == UInt8(ascii: "Z"),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let date = CalendarDate(String(text.prefix(10))),
      let hour = Int(text.dropFirst(11).prefix(2)), (0..<24).contains(hour),
      let minute = Int(text.dropFirst(14).prefix(2)), (0..<60).contains(minute),
      let second = Int(text.dropFirst(17).prefix(2)), (0..<60).contains(second)
    else { return nil }
    self.init(seconds: Int64(date.dayNumber) * 86_400 + Int64(hour * 3600 + minute * 60 + second))
  }

  /// Whole seconds, rounded down.
  public var seconds: Int64 {
    milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
  }

  public static func < (left: Instant, right: Instant) -> Bool {
    left.milliseconds < right.milliseconds
  }

  public func adding(milliseconds more: Int64) -> Instant {
    Instant(milliseconds: milliseconds + more)
  }

  public func adding(seconds: Int64) -> Instant {
    adding(milliseconds: seconds * 1000)
  }
}

extension Instant: CustomStringConvertible {
  /// `YYYY-MM-DDTHH:MM:SSZ`, as RFC 3339 writes it, in UTC.
  public var description: String {
    let day = Int((Double(seconds) / 86_400).rounded(.down))
    let rest = Int(seconds) - day * 86_400
    let date = CalendarDate(dayNumber: Int32(day))
    return "\(date)T\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))Z"
  }
}
