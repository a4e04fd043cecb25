import Glibc

/// Held by one process at a time, and gone with it, however it ends.
public final class FileLock {
  private let descriptor: Int32

  /// - Parameter seconds: how long to wait for whoever holds it; `nil`: as long as it takes.
  /// - Returns: `nil` when the time is over and another process still holds it.
  public init?(_ path: String, waiting seconds: Double?) throws(FileError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError(operation: "opening", path: path, code: errno) }
    var patience = seconds ?? 0
    while flock(descriptor, LOCK_EX | (seconds == nil ? 0 : LOCK_NB)) != 0 {
      if errno == EINTR { continue }
      let code = errno
      guard code == EWOULDBLOCK else { throw FileError(operation: "locking", path: path, code: code) }
      guard patience > 0 else { return nil }
      usleep(20_000)
      patience -= 0.02
    }
  }

  deinit { close(descriptor) }

  /// Says in the file who holds the lock; nothing depends on it but what others are told.
  public func sign(_ text: String) {
    ftruncate(descriptor, 0)
    _ = Array(text.utf8).withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }
}
