import RecordSchema
import Synchronization

/// How often each key is used, and when last: counted in memory, and written down now and then.
///
/// Counting is all that happens on a request. `flush` adds what was counted since the last one to the file, so that
/// several servers may share it, and a crash loses the counts of some seconds only.
public final class KeyUse: Sendable {
  /// Of one key, whoever served it.
  public struct Entry: Hashable, Sendable {
    /// Requests that were answered.
    public var requests = 0
    /// Requests that were refused: beyond the key's scopes, or too many.
    public var refused = 0
    public var lastUsed: Instant?

    public init(requests: Int = 0, refused: Int = 0, lastUsed: Instant? = nil) {
      self.requests = requests
      self.refused = refused
      self.lastUsed = lastUsed
    }

    mutating func add(_ other: Entry) {
      requests += other.requests
      refused += other.refused
      lastUsed = [lastUsed, other.lastUsed].compactMap(\.self).max()
    }
  }

  private let counted = Mutex<[String: Entry]>([:])
  private let file: KeyUseFile

  /// - Parameter path: `keys.sqlite` in our folder of the git directory; made by the first flush that has something to say.
  public init(path: String) { file = KeyUseFile(path: path) }

  /// Counts one request.
  public func note(_ grant: Grant, refused: Bool = false, at instant: Instant) {
    counted.withLock { counted in
      counted[grant.keyHash, default: Entry()].add(
        Entry(requests: refused ? 0 : 1, refused: refused ? 1 : 0, lastUsed: instant))
    }
  }

  /// Writes down what was counted; what cannot be written is kept for the next time. May take long: never on a request.
  public func flush() throws(KeyUseError) {
    let entries = counted.withLock { counted in
      defer { counted = [:] }
      return counted
    }
    guard !entries.isEmpty else { return }
    do {
      try file.add(entries)
    } catch {
      counted.withLock { counted in
        for (key, entry) in entries { counted[key, default: Entry()].add(entry) }
      }
      throw error
    }
  }

  /// What all servers wrote down, by the key's hash as its file has it. Also while they run; nothing is written.
  public static func read(_ path: String) throws(KeyUseError) -> [String: Entry] { try KeyUseFile.read(path) }
}

/// What is wrong with the file of key use, in words for the operator.
public struct KeyUseError: Error, CustomStringConvertible {
  public let description: String
}
