import Dispatch
import Synchronization

/// Work on a thread of its own, for which one can wait.
final class BackgroundThread: Sendable {
  private let group = DispatchGroup()
  private let failure = Mutex<(any Error)?>(nil)

  init(_ name: String, _ work: @escaping @Sendable () throws -> Void) {
    DispatchQueue(label: name).async(group: group) { [self] in
      do { try work() } catch { failure.withLock { $0 = error } }
    }
  }

  /// Throws what the work threw.
  func finish() throws {
    group.wait()
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  var isOver: Bool { group.wait(timeout: .now()) == .success }
}
