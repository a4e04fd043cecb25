import Addresses
import RecordSchema
import Synchronization

/// Who tries keys that are none, and how often: beyond so many failures a minute an address is told to wait.
///
/// IPv6 addresses count by their /64, since whoever has one has them all. The memory is fixed: a place for each of 16,384
/// addresses, in groups of four; a flood of addresses pushes out those with the fewest failures.
public final class FailureThrottle: Sendable {
  private let limit: Int
  private let window: Int64
  private let groups: Int
  private let records: Mutex<[Record]>

  private struct Record {
    var address: UInt64 = 0
    var start = Int64.min
    /// 0: nobody's.
    var failures = 0

    func isOver(_ now: Int64, _ window: Int64) -> Bool {
      let (age, isLong) = now.subtractingReportingOverflow(start)
      return failures == 0 || isLong || age < 0 || age >= window
    }
  }

  private static let groupSize = 4

  /// - Parameter limit: failures of one address that are answered as such.
  /// - Parameter seconds: in this time, from the first on.
  public init(limit: Int = 20, seconds: Int = 60, places: Int = 16_384) {
    self.limit = limit
    window = Int64(seconds) * 1000
    groups = max(1, places / Self.groupSize)
    records = Mutex(Array(repeating: Record(), count: groups * Self.groupSize))
  }

  /// Counts a failure. A good key is never asked about: it passes whatever others at its address do.
  ///
  /// - Returns: `nil` when the failure is answered as one (401); else the seconds to wait (429, Retry-After).
  public func failed(from address: String, at instant: Instant) -> Int? {
    let key = Self.key(of: address)
    let places = places(of: key)
    let now = instant.milliseconds
    return records.withLock { records in
      let place =
        places.first { records[$0].failures > 0 && records[$0].address == key }
        ?? places.first { records[$0].isOver(now, window) }
        ?? places.min { records[$0].failures < records[$1].failures } ?? places.lowerBound
      if records[place].address != key || records[place].isOver(now, window) {
        records[place] = Record(address: key, start: now)
      }
      guard records[place].failures >= limit else {
        records[place].failures += 1
        return nil
      }
      return pause(records[place], now)
    }
  }

  /// How long an address that failed too often has to wait; `nil`: not at all. For who has no key, and is yet to show that a
  /// signature is good: asked before anything is done for them, and counting nothing.
  public func pause(for address: String, at instant: Instant) -> Int? {
    let key = Self.key(of: address)
    let now = instant.milliseconds
    return records.withLock { records in
      records[places(of: key)].first { $0.address == key && $0.failures >= limit && !$0.isOver(now, window) }
        .map { pause($0, now) }
    }
  }

  private func places(of key: UInt64) -> Range<Int> {
    let first = Int(UInt(bitPattern: key.hashValue) % UInt(groups)) * Self.groupSize
    return first..<first + Self.groupSize
  }

  /// In whole seconds.
  private func pause(_ record: Record, _ now: Int64) -> Int { Int((record.start + window - now + 999) / 1000) }

  /// What no program can read as an address counts as one and the same.
  private static func key(of address: String) -> UInt64 {
    guard let bytes = IPAddress(host: address)?.bytes else { return 0 }
    // An IPv4 address is the end of its IPv6 form; there no network of IPv6 begins with 0.
    let isIPv4 = bytes.prefix(8).allSatisfy { $0 == 0 }
    return (isIPv4 ? bytes.suffix(8) : bytes.prefix(8)).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
