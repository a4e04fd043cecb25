import NIOPosix
import Synchronization

/// Threads for what waits: for git, SQLite, the disk. No event loop ever does.
final class BlockingWork: Sendable {
  private let pool: NIOThreadPool
  private let limit: Int
  private let waiting = Atomic(0)

  /// - Parameter threads: how much goes on at the same time.
  /// - Parameter limit: how much may wait; more is refused, for who comes late would wait in vain.
  init(threads: Int, limit: Int = 512) {
    pool = NIOThreadPool(numberOfThreads: threads)
    pool.start()
    self.limit = limit
  }

  func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    defer { waiting.wrappingSubtract(1, ordering: .relaxed) }
    guard waiting.wrappingAdd(1, ordering: .relaxed).newValue <= limit else {
      throw Problem(
        503, "busy", title: "Too much is waiting here already", detail: "Try again in some seconds.",
        fields: ["Retry-After": "5"])
    }
    return try await pool.runIfActive(body)
  }
}
