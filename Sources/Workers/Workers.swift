import Dispatch
import Glibc
import Synchronization

/// Work that is spread over all processors.
public enum Workers {
  /// How many can work at once.
  public static let count = max(1, min(16, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

  /// Works on parts of a list; the results are in the list's order. When one part fails, its error is thrown, and no
  /// further part begun.
  ///
  /// - Parameter partSize: how many items one call of `body` gets.
  /// - Parameter prepare: makes what one worker needs for itself, such as a handle that is for one thread only.
  public static func map<Item: Sendable, Tool, Result: Sendable>(
    _ items: [Item], partSize: Int, prepare: @escaping @Sendable () throws -> Tool,
    _ body: @Sendable (ArraySlice<Item>, Tool) throws -> Result
  ) throws -> [Result] {
    let parts = (items.count + partSize - 1) / partSize
    let results = Mutex<[Result?]>(Array(repeating: nil, count: parts))
    let failure = Mutex<(any Error)?>(nil)
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: min(count, parts)) { _ in
      do {
        let tool = try prepare()
        while case let part = next.add(1, ordering: .relaxed).oldValue, part < parts {
          let result = try body(items[part * partSize..<min((part + 1) * partSize, items.count)], tool)
          results.withLock { $0[part] = result }
        }
      } catch {
        failure.withLock { $0 = error }
        next.store(parts, ordering: .relaxed)
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
    return results.withLock { $0 }.compactMap(\.self)
  }

  /// The same for work that cannot fail and needs nothing.
  public static func map<Item: Sendable, Result: Sendable>(
    _ items: [Item], partSize: Int, _ body: @Sendable (ArraySlice<Item>) -> Result
  ) -> [Result] {
    // Nothing here throws.
    (try? map(items, partSize: partSize, prepare: {}, { part, _ in body(part) })) ?? []
  }
}
