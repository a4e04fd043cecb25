/// When a system is given a new set of files.
///
/// Hours, days and weeks are those of the organisation's calendar. A run counts for the hour, day or week that it falls in,
/// so runs do not creep: one that was late, or made by hand, does not put off the next.
public enum Schedule: Sendable, Equatable {
  case everyCommit
  /// So many seconds after the last run.
  case every(Int)
  /// Once in each hour of the clock.
  case hourly
  /// Once a day, from this time on.
  case daily(TimeOfDay)
  /// Once a week, from this time of this day on.
  case weekly(Weekday, TimeOfDay)

  public enum Weekday: String, Sendable, CaseIterable {
    case sunday, monday, tuesday, wednesday, thursday, friday, saturday

    /// As `CalendarDate.weekday` counts.
    var number: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  public static func standard(for system: String) -> Schedule {
    switch system {
    case "entra": .hourly
    case "hr", "finance": .daily(.midnight)
    case "lms": .weekly(.monday, .midnight)
    default: .everyCommit
    }
  }

  /// When the run after this one is due: always later, and once only for each hour, day or week, also where clocks are
  /// changed. `nil`: no time brings it, a commit does.
  public func nextRun(after last: Instant, in zone: TimeZoneRules) -> Instant? {
    switch self {
    case .everyCommit: return nil
    case .every(let seconds): return last.adding(seconds: Int64(seconds))
    case .hourly:
      let offset = zone.offset(at: last.seconds)
      let local = last.seconds + offset
      let hour = local >= 0 ? local / 3600 : (local - 3599) / 3600
      return Instant(seconds: (hour + 1) * 3600 - offset)
    case .daily(let time): return first(after: last, at: time, in: zone) { _ in true }
    case .weekly(let weekday, let time):
      return first(after: last, at: time, in: zone) { $0.weekday == weekday.number }
    }
  }

  private func first(
    after last: Instant, at time: TimeOfDay, in zone: TimeZoneRules, _ isWanted: (CalendarDate) -> Bool
  ) -> Instant? {
    // A day early: where clocks go back over midnight, yesterday comes after today.
    let start = zone.date(at: last).adding(days: -1)
    // Two weeks on there is always one, whatever day a change of the zone has left out.
    for date in (0...16).map(start.adding(days:)) where isWanted(date) {
      let run = zone.instant(of: date, at: time)
      if run > last, zone.date(at: zone.firstInstant(of: date)) == date { return run }
    }
    return nil
  }
}

extension Schedule: CustomStringConvertible {
  /// As staffrepo.yaml may say it.
  public var description: String {
    switch self {
    case .everyCommit: "every commit"
    case .every(let seconds): "every \(TimeSpan(seconds: seconds))"
    case .hourly: "hourly"
    case .daily(.midnight): "daily"
    case .daily(let time): "daily at \(time)"
    case .weekly(.monday, .midnight): "weekly"
    case .weekly(let day, .midnight): "weekly on \(day.rawValue)"
    case .weekly(let day, let time): "weekly on \(day.rawValue) at \(time)"
    }
  }
}

/// A time of the clock on the wall, to the minute.
public struct TimeOfDay: Sendable, Equatable, CustomStringConvertible {
  public let minutes: Int

  public static let midnight = TimeOfDay(minutes: 0)

  private init(minutes: Int) { self.minutes = minutes }

  /// Reads `HH:MM`, from 00:00 to 23:59.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
    let digits = [0, 1, 3, 4].map { Int(bytes[$0]) - Int(UInt8(ascii: "0")) }
    guard digits.allSatisfy((0...9).contains) else { return nil }
    let (hour, minute) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
    guard hour < 24, minute < 60 else { return nil }
    minutes = hour * 60 + minute
  }

  public var description: String { "\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))" }
}

/// A length of time as settings write it: `90s`, `15m`, `2h` or `1d`.
public struct TimeSpan: Sendable, Equatable, CustomStringConvertible {
  public let seconds: Int

  public init(seconds: Int) { self.seconds = seconds }

  private static let units: [(letter: Character, seconds: Int)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

  /// Up to a thousand years, so that adding never overflows.
  public init?(_ text: String) {
    guard let unit = Self.units.first(where: { $0.letter == text.last }), text.utf8.count <= 12,
      text.dropLast().utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let number = Int(text.dropLast()), number <= 31_557_600_000 / unit.seconds
    else { return nil }
    seconds = number * unit.seconds
  }

  public var description: String {
    let unit = Self.units.first { seconds % $0.seconds == 0 } ?? ("s", 1)
    return "\(seconds / unit.seconds)\(unit.letter)"
  }
}
