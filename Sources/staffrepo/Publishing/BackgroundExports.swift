import Dispatch
import Glibc
import Ledger
import RecordSchema
import Synchronization

/// Writes export sets beside the daemon's work: deliveries go on while a hundred thousand people are written. One run at a
/// time, so never two for one system.
final class BackgroundExports: Sendable {
  typealias Outcome = Result<[ExportRun], any Error>

  private struct State {
    var since: Instant?
    var outcome: Outcome?
  }

  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "exports", qos: .utility)

  /// Since when a run is under way whose outcome was not taken back yet.
  var since: Instant? { state.withLock { $0.since } }

  /// Begins a run, unless there is one.
  func begin(at now: Instant, _ run: @escaping @Sendable () throws -> [ExportRun]) {
    let mayBegin = state.withLock { state in
      guard state.since == nil else { return false }
      state.since = now
      return true
    }
    guard mayBegin else { return }
    queue.async { [self] in
      let outcome = Outcome { try run() }
      state.withLock { $0.outcome = outcome }
    }
  }

  /// `nil` while a run is under way, and when there was none.
  func takeOutcome() -> Outcome? {
    state.withLock { state in
      guard let outcome = state.outcome else { return nil }
      state = State()
      return outcome
    }
  }

  /// Waits for the run that is under way.
  ///
  /// - Returns: whether it ended.
  func finish(milliseconds: Int64) -> Bool {
    let end = Clock.monotonicMilliseconds() + milliseconds
    while state.withLock({ $0.since != nil && $0.outcome == nil }) {
      guard Clock.monotonicMilliseconds() < end else { return false }
      usleep(20_000)
    }
    return true
  }
}
