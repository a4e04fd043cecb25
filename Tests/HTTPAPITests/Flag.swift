import RecordSchema
import Synchronization

/// Raised once, for several who look.
final class Flag: Sendable {
  private let value = Atomic(false)

  var isRaised: Bool { value.load(ordering: .relaxed) }

  func raise() { value.store(true, ordering: .relaxed) }
}

/// A clock that stands still until a test moves it.
final class TestClock: Sendable {
  private let time = Mutex(Instant(seconds: 1_767_603_600))

  var now: Instant { time.withLock { $0 } }

  func pass(seconds: Int64) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}
