import Glibc
import Synchronization

/// Puts many files on disk, several at a time.
///
/// A sync waits for the disk, and those that wait together share what the file system writes for all: thousands of small
/// files take a third of the time. Each file is synced by the descriptor through which it was written, so that no error
/// goes to somebody else.
public final class SyncBatch: Sendable {
  /// How many files wait before they are put on disk: each keeps a descriptor.
  private static let size = 32
  /// How many syncs wait at a time.
  private static let breadth = 8

  fileprivate struct Waiting {
    let descriptor: Int32
    let path: String
  }

  private let waiting = Mutex<[Waiting]>([])

  public init() {}

  deinit {
    for file in waiting.withLock({ $0 }) { close(file.descriptor) }
  }

  /// Takes over a file that is written and open.
  func add(_ descriptor: Int32, _ path: String) throws(FileError) {
    let full: [Waiting] = waiting.withLock { files in
      files.append(Waiting(descriptor: descriptor, path: path))
      guard files.count >= Self.size else { return [] }
      defer { files = [] }
      return files
    }
    try synchronise(full)
  }

  /// What was added is on disk after this.
  public func finish() throws(FileError) {
    let rest = waiting.withLock { files in
      defer { files = [] }
      return files
    }
    try synchronise(rest)
  }

  private func synchronise(_ files: [Waiting]) throws(FileError) {
    guard !files.isEmpty else { return }
    let crew = Crew(files)
    // Signals are for the thread that waits for them.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    var threads: [pthread_t] = []
    for _ in 1..<max(2, min(Self.breadth, files.count)) {
      var thread = pthread_t()
      let context = Unmanaged.passRetained(crew)
      let code = pthread_create(
        &thread, nil,
        { context in
          if let context { Unmanaged<Crew>.fromOpaque(context).takeRetainedValue().work() }
          return nil
        }, context.toOpaque())
      // With fewer threads it takes longer, and that is all.
      if code == 0 { threads.append(thread) } else { context.release() }
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
    crew.work()
    for thread in threads { pthread_join(thread, nil) }
    if let failure = crew.failure { throw failure }
  }
}

/// Several threads that put one list of files on disk.
private final class Crew: Sendable {
  private let files: [SyncBatch.Waiting]
  private let next = Atomic(0)
  private let firstFailure = Mutex<FileError?>(nil)

  init(_ files: [SyncBatch.Waiting]) { self.files = files }

  var failure: FileError? { firstFailure.withLock { $0 } }

  func work() {
    while case let place = next.add(1, ordering: .relaxed).oldValue, place < files.count {
      let file = files[place]
      if fsync(file.descriptor) != 0 { note(FileError(operation: "writing to disk", path: file.path, code: errno)) }
      if close(file.descriptor) != 0 { note(FileError(operation: "closing", path: file.path, code: errno)) }
    }
  }

  private func note(_ failure: FileError) {
    firstFailure.withLock { if $0 == nil { $0 = failure } }
  }
}
