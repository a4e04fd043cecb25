import FileStore
import Glibc
import Ledger
import Workers

/// Writes results into the ledger on a thread of its own: while the disk takes one transaction in, requests go on, and what
/// ends meanwhile shares the next.
///
/// One thread hands results over and takes back what is recorded. When the ledger refuses, results stay here until they are
/// tried again. When this is let go, what was handed over is written first.
final class Recorder {
  /// What happened since it was asked last.
  struct News {
    var recorded: [AttemptResult] = []
    var superseded = 0
    var error: (any Error)?

    fileprivate var isThere: Bool { !recorded.isEmpty || error != nil }
  }

  private let desk: Desk
  private let thread: OwnThread

  init(_ ledger: Ledger) throws {
    guard let pipe = Pipe() else { throw PublisherError("There are no descriptors left, so nothing can be sent.") }
    let desk = Desk(ledger, pipe)
    do {
      // The thread has the desk, and not this: else this would never be let go.
      thread = try OwnThread { desk.work() }
    } catch {
      throw PublisherError("No thread can be started (\(error)), so nothing can be sent.")
    }
    self.desk = desk
  }

  deinit {
    desk.end()
    thread.join()
  }

  /// Something to read here: there is news.
  var bell: Int32 { desk.pipe.reading }

  func handOver(_ results: [AttemptResult]) { desk.handOver(results) }

  func takeNews() -> News { desk.takeNews() }

  /// Tries once more what the ledger refused.
  func tryAgain() { desk.tryAgain() }

  /// Waits until everything was recorded or refused.
  func finish() { desk.finish() }

  /// What was handed over and not taken back.
  var deliveries: Set<Int64> { desk.deliveries }
}

/// What both threads see.
private final class Desk: @unchecked Sendable {
  let pipe: Pipe
  private let ledger: Ledger
  // Not a Mutex: each side waits for what the other does.
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // Everything below belongs to whoever holds the lock.
  private var waiting: [AttemptResult] = []
  private var writing: [AttemptResult] = []
  private var news = Recorder.News()
  private var isRefused = false
  private var isEnding = false

  init(_ ledger: Ledger, _ pipe: Pipe) {
    (self.ledger, self.pipe) = (ledger, pipe)
    // News is asked for with or without a ring, and nobody may wait for one that could not be written.
    for end in [pipe.reading, pipe.writing] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    pthread_mutex_init(lock, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    pthread_cond_destroy(changed)
    lock.deallocate()
    changed.deallocate()
    close(pipe.reading)
    close(pipe.writing)
  }

  func handOver(_ results: [AttemptResult]) {
    locked {
      waiting += results
      pthread_cond_broadcast(changed)
    }
  }

  func takeNews() -> Recorder.News {
    locked {
      guard news.isThere else { return news }
      var ring: UInt8 = 0
      read(pipe.reading, &ring, 1)
      defer { news = Recorder.News() }
      return news
    }
  }

  func tryAgain() {
    locked {
      isRefused = false
      pthread_cond_broadcast(changed)
    }
  }

  func finish() {
    locked {
      while !writing.isEmpty || (!waiting.isEmpty && !isRefused) { pthread_cond_wait(changed, lock) }
    }
  }

  func end() {
    locked {
      isEnding = true
      pthread_cond_broadcast(changed)
    }
  }

  var deliveries: Set<Int64> {
    locked { Set((waiting + writing + news.recorded).map(\.delivery.id)) }
  }

  /// What the thread does, to the end.
  func work() {
    pthread_mutex_lock(lock)
    while true {
      while !isEnding, waiting.isEmpty || isRefused { pthread_cond_wait(changed, lock) }
      guard !waiting.isEmpty, !isRefused else { break }
      (writing, waiting) = (waiting, [])
      let batch = writing
      pthread_mutex_unlock(lock)
      let outcome = Result { try ledger.record(batch) }
      pthread_mutex_lock(lock)
      writing = []
      // It rings once for all that nobody took yet.
      let isRung = news.isThere
      switch outcome {
      case .success(let superseded):
        news.recorded += batch
        news.superseded += superseded
      case .failure(let error):
        waiting = batch + waiting
        news.error = error
        isRefused = true
      }
      if !isRung {
        var ring: UInt8 = 1
        Glibc.write(pipe.writing, &ring, 1)
      }
      pthread_cond_broadcast(changed)
    }
    pthread_mutex_unlock(lock)
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }
}
