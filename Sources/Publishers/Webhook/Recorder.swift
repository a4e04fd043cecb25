import FileStore
import Glibc
import Ledger

/// Writes results into the ledger on a thread of its own: while the disk takes one transaction in, requests go on, and what
/// ends meanwhile shares the next.
///
/// One thread hands results over and takes back what is recorded. When the ledger refuses, results stay here until they are
/// tried again.
final class Recorder: @unchecked Sendable {
  /// What happened since it was asked last.
  struct News {
    var recorded: [AttemptResult] = []
    var superseded = 0
    var error: (any Error)?

    fileprivate var isThere: Bool { !recorded.isEmpty || error != nil }
  }

  /// Something to read here: there is news.
  var bell: Int32 { pipe.reading }
  private let pipe: Pipe
  private let ledger: Ledger
  private let thread: UnsafeMutablePointer<pthread_t>
  // Not a Mutex: somebody waits for the other one's work, on both sides.
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private let changed: UnsafeMutablePointer<pthread_cond_t>
  // Everything below belongs to whoever holds the lock.
  private var waiting: [AttemptResult] = []
  private var writing: [AttemptResult] = []
  private var news = News()
  private var isRefused = false
  private var isEnding = false

  init(_ ledger: Ledger) throws {
    guard let pipe = Pipe() else { throw PublisherError("There are no descriptors left, so nothing can be sent.") }
    self.ledger = ledger
    self.pipe = pipe
    (thread, lock, changed) = (.allocate(capacity: 1), .allocate(capacity: 1), .allocate(capacity: 1))
    pthread_mutex_init(lock, nil)
    pthread_cond_init(changed, nil)
    // Signals are for the thread that waits for them.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    // `deinit` waits for its end.
    let code = pthread_create(
      thread, nil,
      { context in
        if let context { Unmanaged<Recorder>.fromOpaque(context).takeUnretainedValue().work() }
        return nil
      }, Unmanaged.passUnretained(self).toOpaque())
    pthread_sigmask(SIG_SETMASK, &before, nil)
    guard code == 0 else { fatalError("no thread can be started: \(String(cString: strerror(code)))") }
  }

  deinit {
    locked {
      isEnding = true
      pthread_cond_broadcast(changed)
    }
    pthread_join(thread.pointee, nil)
    pthread_mutex_destroy(lock)
    pthread_cond_destroy(changed)
    thread.deallocate()
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

  func takeNews() -> News {
    locked {
      guard news.isThere else { return news }
      var ring: UInt8 = 0
      read(pipe.reading, &ring, 1)
      defer { news = News() }
      return news
    }
  }

  /// Tries once more what the ledger refused.
  func tryAgain() {
    locked {
      isRefused = false
      pthread_cond_broadcast(changed)
    }
  }

  /// Waits until everything was recorded or refused.
  func finish() {
    locked {
      while !writing.isEmpty || (!waiting.isEmpty && !isRefused) { pthread_cond_wait(changed, lock) }
    }
  }

  /// What was handed over and not taken back.
  var deliveries: Set<Int64> {
    locked { Set((waiting + writing + news.recorded).map(\.delivery.id)) }
  }

  private func work() {
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
