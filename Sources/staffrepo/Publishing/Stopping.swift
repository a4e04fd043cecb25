import FileStore
import Glibc

/// Hears that the program is to end, by SIGTERM or SIGINT, between two pieces of work.
enum Stopping {
  /// The two ends of a pipe, into which the signal writes a byte: all that a signal handler may do.
  nonisolated(unsafe) private static var ends: (Int32, Int32) = (-1, -1)

  /// Readable once the program is to end.
  static var descriptor: Int32 { ends.0 }

  /// May be called again: who serves and publishes hears of it in both places.
  static func listen() {
    guard ends.0 < 0, let pipe = Pipe() else { return }
    ends = (pipe.reading, pipe.writing)
    _ = fcntl(pipe.writing, F_SETFL, O_NONBLOCK)
    // Whoever started us may have blocked them for itself.
    var wanted = sigset_t()
    sigemptyset(&wanted)
    sigaddset(&wanted, SIGTERM)
    sigaddset(&wanted, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    for number in [SIGTERM, SIGINT] {
      signal(number) { _ in Stopping.ask() }
    }
  }

  /// Has the program end.
  static func ask() {
    var byte: UInt8 = 1
    _ = write(ends.1, &byte, 1)
  }

  static var isAsked: Bool {
    var waiting = pollfd(fd: ends.0, events: Int16(POLLIN), revents: 0)
    return ends.0 >= 0 && poll(&waiting, 1, 0) > 0
  }
}
