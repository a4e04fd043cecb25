import Glibc

/// A thread for one piece of work, for as long as that lasts.
public struct OwnThread: Sendable {
  /// The system gives no thread; why, in its own words.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  private let thread: pthread_t

  /// - Parameter work: must end by itself; whatever it holds is let go then.
  public init(_ work: @escaping @Sendable () -> Void) throws(Failure) {
    // Signals are for the thread that waits for them.
    var (all, before) = (sigset_t(), sigset_t())
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let context = Unmanaged.passRetained(Work(work))
    let code = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw Failure(description: String(cString: strerror(code)))
    }
    self.thread = thread
  }

  /// Waits for the end of the work. Once.
  public func join() { pthread_join(thread, nil) }

  private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
