/// A POSIX time zone text such as `GMT0BST,M3.5.0/1,M10.5.0`: what a TZif file says of the years after its table.
struct PosixTimeZone: Sendable, Equatable {
  /// Seconds east of UTC.
  private let standard: Int64
  private let daylight: (offset: Int64, start: Rule, end: Rule)?

  private struct Rule: Sendable, Equatable {
    enum Day: Sendable, Equatable {
      /// Week 5 means the month's last such weekday.
      case weekday(month: Int, week: Int, weekday: Int)
      /// 1 to 365; 29 February is never counted.
      case julian(Int)
      /// 0 to 365; 29 February is counted.
      case dayOfYear(Int)
    }
    let day: Day
    /// Seconds after local midnight; may be negative or beyond a day.
    let time: Int64
  }

  static func == (left: PosixTimeZone, right: PosixTimeZone) -> Bool {
    left.standard == right.standard && left.daylight?.offset == right.daylight?.offset
      && left.daylight?.start == right.daylight?.start && left.daylight?.end == right.daylight?.end
  }

  init?(_ text: String) {
    var scanner = Scanner(text)
    guard scanner.name(), let west = scanner.time() else { return nil }
    standard = -west
    guard !scanner.isAtEnd else {
      daylight = nil
      return
    }
    guard scanner.name() else { return nil }
    var offset = standard + 3600
    if !scanner.isAtEnd, scanner.peek != UInt8(ascii: ",") {
      guard let dstWest = scanner.time() else { return nil }
      offset = -dstWest
    }
    guard scanner.skip(","), let start = scanner.rule(), scanner.skip(","),
      let end = scanner.rule(), scanner.isAtEnd
    else { return nil }
    daylight = (offset, start, end)
  }

  func offset(at seconds: Int64) -> Int64 {
    guard let daylight else { return standard }
    let year =
      CalendarDate(
        dayNumber: Int32((Double(seconds + standard) / 86_400).rounded(.down))
      ).year
    let start = instant(of: daylight.start, year: year, offset: standard)
    let end = instant(of: daylight.end, year: year, offset: daylight.offset)
    let isDaylight =
      start < end ? (start..<end).contains(seconds) : !(end..<start).contains(seconds)
    return isDaylight ? daylight.offset : standard
  }

  func transitions(aroundYear year: Int) -> [Int64] {
    guard let daylight else { return [] }
    return (year - 1...year + 1).flatMap { year in
      [
        instant(of: daylight.start, year: year, offset: standard),
        instant(of: daylight.end, year: year, offset: daylight.offset),
      ]
    }
  }

  private func instant(of rule: Rule, year: Int, offset: Int64) -> Int64 {
    let january = CalendarDate(year: min(max(year, 1), 9999), month: 1, day: 1)?.dayNumber ?? 0
    let day: Int32
    switch rule.day {
    case .julian(let number):
      let leap = CalendarDate.daysInMonth(2, year: year) == 29 && number >= 60
      day = january + Int32(number - 1 + (leap ? 1 : 0))
    case .dayOfYear(let number):
      day = january + Int32(number)
    case .weekday(let month, let week, let weekday):
      let first = CalendarDate(year: min(max(year, 1), 9999), month: month, day: 1)
      let firstNumber = first?.dayNumber ?? january
      let shift = (weekday - (first?.weekday ?? 0) + 7) % 7
      var dayOfMonth = 1 + shift + (week - 1) * 7
      while dayOfMonth > CalendarDate.daysInMonth(month, year: year) { dayOfMonth -= 7 }
      day = firstNumber + Int32(dayOfMonth - 1)
    }
    return Int64(day) * 86_400 + rule.time - offset
  }

  private struct Scanner {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { position == bytes.count }
    var peek: UInt8? { isAtEnd ? nil : bytes[position] }

    mutating func skip(_ mark: Unicode.Scalar) -> Bool {
      guard peek == UInt8(ascii: mark) else { return false }
      position += 1
      return true
    }

    /// Letters, or anything between `<` and `>`.
    mutating func name() -> Bool {
      let start = position
      if skip("<") {
        while let byte = peek, byte != UInt8(ascii: ">") { position += 1 }
        return skip(">")
      }
      while let byte = peek, (byte | 0x20) >= UInt8(ascii: "a"), (byte | 0x20) <= UInt8(ascii: "z") {
        position += 1
      }
      return position - start >= 3
    }

    mutating func number() -> Int64? {
      var value: Int64?
      while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"),
        (value ?? 0) < 100_000
      {
        value = (value ?? 0) * 10 + Int64(byte - UInt8(ascii: "0"))
        position += 1
      }
      return value
    }

    /// `[+-]hours[:minutes[:seconds]]`, in seconds.
    mutating func time() -> Int64? {
      let sign: Int64 = skip("-") ? -1 : 1
      if sign == 1 { _ = skip("+") }
      guard var total = number().map({ $0 * 3600 }) else { return nil }
      for unit in [Int64(60), 1] where skip(":") {
        guard let part = number() else { return nil }
        total += part * unit
      }
      return sign * total
    }

    mutating func rule() -> Rule? {
      let day: Rule.Day
      if skip("M") {
        guard let month = number(), (1...12).contains(month), skip("."), let week = number(),
          (1...5).contains(week), skip("."), let weekday = number(), (0...6).contains(weekday)
        else { return nil }
        day = .weekday(month: Int(month), week: Int(week), weekday: Int(weekday))
      } else if skip("J") {
        guard let number = number(), (1...365).contains(number) else { return nil }
        day = .julian(Int(number))
      } else {
        guard let number = number(), (0...365).contains(number) else { return nil }
        day = .dayOfYear(Int(number))
      }
      guard skip("/") else { return Rule(day: day, time: 2 * 3600) }
      return time().map { Rule(day: day, time: $0) }
    }
  }
}
