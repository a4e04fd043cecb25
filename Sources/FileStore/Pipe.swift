import Glibc

/// A pipe that programs which are started do not inherit.
public struct Pipe: Sendable {
  public let reading: Int32
  public let writing: Int32

  /// `nil` when the process has no descriptors left.
  public init?() {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reading, writing) = (ends[0], ends[1])
  }
}
