import GitStore
import RecordSchema

/// What a consumer says it knows already.
public enum Since: Hashable, Sendable {
  /// A commit of the branch, on whatever day since its own.
  case commit(String)
  /// A commit on a certain day: exactly one roster.
  case cursor(commit: String, asOf: CalendarDate)
  /// Whatever was in force then.
  case time(Instant)
  /// Whatever was in force when the day began in the organisation's zone.
  case date(CalendarDate)

  /// Reads forty hexadecimal digits, those with `@YYYY-MM-DD`, a time of RFC 3339, or a date. `nil` for anything else.
  public init?(_ text: String) {
    if let date = CalendarDate(text) {
      self = .date(date)
    } else if let commit = OID(text) {
      self = .commit(commit.description)
    } else if text.utf8.count == 51, let commit = OID(String(text.prefix(40))), text.dropFirst(40).first == "@",
      let date = CalendarDate(String(text.suffix(10)))
    {
      self = .cursor(commit: commit.description, asOf: date)
    } else if let time = Instant(rfc3339: text) {
      self = .time(time)
    } else {
      return nil
    }
  }
}

extension Instant {
  /// Reads a time of RFC 3339 in any offset, with any fraction of a second. A blank stands for `+`, which it is in an
  /// address that was not encoded.
  init?(rfc3339 text: String) {
    var rest = Array(text.utf8)[...]
    func digits(_ count: Int) -> Int? {
      let part = rest.prefix(count)
      guard part.count == count, part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      rest = rest.dropFirst(count)
      return part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
    func skip(_ bytes: String) -> UInt8? {
      guard let first = rest.first, bytes.utf8.contains(first) else { return nil }
      return rest.removeFirst()
    }
    guard let date = CalendarDate(String(text.prefix(10))) else { return nil }
    rest = rest.dropFirst(10)
    guard skip("Tt") != nil, let hour = digits(2), hour < 24, skip(":") != nil, let minute = digits(2), minute < 60,
      skip(":") != nil, let second = digits(2), second <= 60
    else { return nil }
    if skip(".") != nil {
      guard digits(1) != nil else { return nil }
      while digits(1) != nil {}
    }
    var offset = 0
    if skip("Zz") == nil {
      guard let sign = skip("+- "), let hours = digits(2), hours < 24, skip(":") != nil, let minutes = digits(2),
        minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -60 : 60)
    }
    guard rest.isEmpty else { return nil }
    // The fraction is left out: earlier is never too late.
    self.init(seconds: Int64(date.dayNumber) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset))
  }
}
