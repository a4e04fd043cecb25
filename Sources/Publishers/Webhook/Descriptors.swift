import Glibc

/// Waiting for something to read, without libcurl.
public enum Descriptors {
  public static func wait(on descriptors: [Int32], milliseconds: Int32) {
    var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&polled, nfds_t(polled.count), milliseconds)
  }
}
