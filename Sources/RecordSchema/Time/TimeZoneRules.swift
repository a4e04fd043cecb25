/// The rules of one time zone, read from a TZif file (RFC 8536).
///
/// Foundation's time zones are not used: they are missing from FoundationEssentials and from a static standard library,
/// and then fall back to GMT without a word, which would move every day boundary.
public struct TimeZoneRules: Sendable, Equatable {
  public let name: String
  /// Instants (Unix seconds, ascending) at which the offset changes, each with the offset from then on.
  private let transitions: [Transition]
  /// The offset before the first transition, in seconds east of UTC.
  private let firstOffset: Int64
  /// What holds after the last transition.
  private let tail: PosixTimeZone?

  private struct Transition: Sendable, Equatable {
    let at: Int64
    let offset: Int64
  }

  public static let utc = TimeZoneRules(name: "UTC", transitions: [], firstOffset: 0, tail: nil)

  private init(name: String, transitions: [Transition], firstOffset: Int64, tail: PosixTimeZone?) {
    self.name = name
    self.transitions = transitions
    self.firstOffset = firstOffset
    self.tail = tail
  }

  /// Reads a TZif file of version 2 or later; `nil` when the bytes are no such file.
  public init?(name: String, tzif bytes: [UInt8]) {
    var reader = BigEndianReader(bytes: bytes)
    guard let first = TZifHeader(&reader), first.version >= 2 else { return nil }
    // Version 1 data holds 32-bit times only; the same data with 64 bits follows it.
    reader.position += first.dataSize(timeSize: 4)
    guard let header = TZifHeader(&reader) else { return nil }
    var times: [Int64] = []
    for _ in 0..<header.timeCount {
      guard let time = reader.integer(8) else { return nil }
      times.append(time)
    }
    guard let indices = reader.take(header.timeCount) else { return nil }
    var offsets: [Int64] = []
    for _ in 0..<header.typeCount {
      guard let offset = reader.integer(4), reader.take(2) != nil else { return nil }
      offsets.append(offset)
    }
    reader.position +=
      header.charCount + header.leapCount * 12 + header.standardCount + header.utCount
    guard let firstType = offsets.first, reader.position <= bytes.count else { return nil }
    var transitions: [Transition] = []
    for (time, index) in zip(times, indices) {
      guard Int(index) < offsets.count else { return nil }
      transitions.append(Transition(at: time, offset: offsets[Int(index)]))
    }
    let footer = bytes[reader.position...].split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
    self.init(
      name: name, transitions: transitions, firstOffset: firstType,
      tail: footer.first.flatMap { PosixTimeZone(String(decoding: $0, as: UTF8.self)) })
  }

  /// Seconds east of UTC at an instant.
  public func offset(at seconds: Int64) -> Int64 {
    guard let last = transitions.last else { return tail?.offset(at: seconds) ?? firstOffset }
    if seconds >= last.at { return tail?.offset(at: seconds) ?? last.offset }
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].at <= seconds { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? firstOffset : transitions[low - 1].offset
  }

  /// The day that the calendar on the wall shows at an instant.
  public func date(at instant: Instant) -> CalendarDate {
    let local = instant.seconds + offset(at: instant.seconds)
    return CalendarDate(dayNumber: Int32((Double(local) / 86_400).rounded(.down)))
  }

  /// The first instant of a day at which the clock on the wall shows this time or a later one: where clocks jump over it,
  /// the end of the gap; where they go back and show it twice, the first.
  public func instant(of date: CalendarDate, at time: TimeOfDay) -> Instant {
    let start = firstInstant(of: date)
    guard time != .midnight else { return start }
    let wanted = Int64(date.dayNumber) * 86_400 + Int64(time.minutes) * 60
    let offsets = [wanted - 86_400, start.seconds, wanted, wanted + 86_400].map(offset)
    let shown = offsets.map { wanted - $0 }.filter { $0 >= start.seconds && $0 + offset(at: $0) == wanted }
    if let first = shown.min() { return Instant(seconds: first) }
    // No clock shows it. Between these two it is jumped over.
    var (before, after) = (wanted - (offsets.max() ?? 0), wanted - (offsets.min() ?? 0))
    while before < after {
      let middle = before + (after - before) / 2
      if middle + offset(at: middle) >= wanted { after = middle } else { before = middle + 1 }
    }
    return Instant(seconds: before)
  }

  /// The first instant at which the calendar shows this day: midnight, or the end of the gap when the clocks jump over
  /// midnight.
  public func firstInstant(of date: CalendarDate) -> Instant {
    let midnight = Int64(date.dayNumber) * 86_400
    let window = (midnight - 2 * 86_400)...(midnight + 2 * 86_400)
    var candidates = [window.lowerBound, midnight, window.upperBound].map {
      midnight - offset(at: $0)
    }
    candidates += transitions.map(\.at).filter(window.contains)
    candidates += tail?.transitions(aroundYear: date.year).filter(window.contains) ?? []
    let onTheDay = candidates.filter { self.date(at: Instant(seconds: $0)) == date }
    return Instant(seconds: onTheDay.min() ?? midnight - offset(at: midnight))
  }
}

private struct BigEndianReader {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard position >= 0, count >= 0, position + count <= bytes.count else { return nil }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// A signed integer of 4 or 8 bytes.
  mutating func integer(_ size: Int) -> Int64? {
    guard let part = take(size) else { return nil }
    let value = part.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return size == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
  }
}

private struct TZifHeader {
  let version: Int
  let utCount, standardCount, leapCount, timeCount, typeCount, charCount: Int

  init?(_ reader: inout BigEndianReader) {
    guard reader.take(4).map(Array.init) == Array("TZif".utf8), let version = reader.take(1)?.first,
      reader.take(15) != nil
    else { return nil }
    self.version = Int(version) - Int(UInt8(ascii: "0"))
    var counts: [Int] = []
    for _ in 0..<6 {
      guard let count = reader.integer(4), (0...100_000).contains(count) else { return nil }
      counts.append(Int(count))
    }
    (utCount, standardCount, leapCount) = (counts[0], counts[1], counts[2])
    (timeCount, typeCount, charCount) = (counts[3], counts[4], counts[5])
  }

  func dataSize(timeSize: Int) -> Int {
    timeCount * (timeSize + 1) + typeCount * 6 + charCount + leapCount * (timeSize + 4)
      + standardCount + utCount
  }
}
