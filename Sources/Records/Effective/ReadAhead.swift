import Dispatch
import GitStore
import RecordSchema
import Synchronization
import Workers

/// Reads the commits of a line on the other processors, ahead of whoever goes along it.
///
/// What it says of a commit is only a quicker way to the same: it holds for one way of reading records, and for the step
/// from one tree to another, and whoever uses it makes sure that both are so.
public final class ReadAhead {
  /// What a commit changes.
  public struct Step: Sendable {
    /// With which the records were read.
    let configuration: Configuration
    let from: OID?
    let folder: OID?
    let changes: [TreeChange]
    /// What the changed files say now, by path.
    let readings: [PathKey: AnyReading]
  }

  private let line: Line
  private let readers = DispatchGroup()
  /// The steps that were taken from the line last.
  private var steps: (part: Int, steps: [Step]) = (-1, [])

  /// - Parameter base: the commit before the first; `nil`: nothing.
  /// - Parameter configuration: with which records are read.
  public init(
    _ commits: [OID], after base: OID?, in repository: Repository, _ configuration: Configuration
  ) {
    line = Line([base] + commits, configuration)
    let open = repository.opener
    for _ in 0..<min(Workers.count, commits.count) {
      DispatchQueue.global().async(group: readers) { [line] in line.work(open) }
    }
  }

  /// Waits for the readers: a program must not end while another thread is inside libgit2.
  deinit {
    line.cancel()
    readers.wait()
  }

  /// The step to a commit, by its position in the line. To be asked for once, in order.
  public func step(_ number: Int) throws -> Step {
    let part = number / Line.partSize
    if steps.part != part { steps = (part, try line.take(part)) }
    return steps.steps[number % Line.partSize]
  }

  private final class Line: Sendable {
    /// The commit before the first one, then the line.
    private let commits: [OID?]
    private let configuration: Configuration
    private let done = Mutex<[Int: Result<[Step], any Error>]>([:])
    private let next = Atomic(0)
    private let isCancelled = Atomic(false)
    private let ready = DispatchSemaphore(value: 0)
    private let room = DispatchSemaphore(value: 0)
    /// Commits in a row go to one reader, since each shares most of its trees with the one before.
    static let partSize = 16
    /// How many parts the readers may be ahead.
    private static let lead = 8

    init(_ commits: [OID?], _ configuration: Configuration) {
      self.commits = commits
      self.configuration = configuration
      for _ in 0..<Self.lead { room.signal() }
    }

    func work(_ open: () throws -> Repository) {
      let repository = Result { try open() }
      while true {
        room.wait()
        let number = next.add(1, ordering: .relaxed).oldValue
        let start = number * Self.partSize
        guard start < commits.count - 1, !isCancelled.load(ordering: .relaxed) else { return }
        let steps = start..<min(start + Self.partSize, commits.count - 1)
        let read = Result { try steps.map { try self.read($0, in: repository.get()) } }
        done.withLock { $0[number] = read }
        ready.signal()
      }
    }

    private func read(_ number: Int, in repository: Repository) throws -> Step {
      let folder = configuration.dataFolder
      let from = try commits[number].flatMap { try CommitSource(repository, commit: $0).folder(folder) }
      guard let commit = commits[number + 1] else { throw GitError(.other, "A line of commits has a gap.") }
      let source = try CommitSource(repository, commit: commit)
      let to = try source.folder(folder)
      let changes = try repository.changes(from: from, to: to, prefix: folder + "/")
      var readings: [PathKey: AnyReading] = [:]
      for entry in changes.compactMap(\.new) {
        readings[PathKey(entry.path)] = try reading(of: entry, from: source, configuration)
      }
      return Step(configuration: configuration, from: from, folder: to, changes: changes, readings: readings)
    }

    func take(_ part: Int) throws -> [Step] {
      while true {
        if let steps = done.withLock({ $0.removeValue(forKey: part) }) {
          room.signal()
          return try steps.get()
        }
        ready.wait()
      }
    }

    func cancel() {
      isCancelled.store(true, ordering: .relaxed)
      for _ in 0..<Workers.count { room.signal() }
    }
  }
}
