import Foundation

/// An HTTP server on loopback that counts connections and answers each request with the same bytes.
final class LoopbackServer: @unchecked Sendable {
  let port: Int
  private let listener: Int32
  private let lock = NSLock()
  private var accepted = 0

  /// - Parameter answer: written as it is; called with the connection's descriptor.
  init(
    _ answer: @escaping @Sendable (Int32) -> Void = LoopbackServer.text("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
  )
    throws
  {
    // Both families at once.
    let listener = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    var off: Int32 = 0
    setsockopt(listener, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRINUSE) }
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin6_port))
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        self?.count()
        Thread.detachNewThread {
          answer(connection)
          close(connection)
        }
      }
    }
  }

  deinit { stop() }

  private func count() { lock.withLock { accepted += 1 } }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  var connections: Int { lock.withLock { accepted } }

  /// Answers one request.
  static func text(_ answer: String) -> @Sendable (Int32) -> Void {
    { connection in
      readRequest(connection)
      let bytes = Array(answer.utf8)
      _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
  }

  /// Answers without end.
  static func endless(_ head: String, _ piece: String) -> @Sendable (Int32) -> Void {
    { connection in
      readRequest(connection)
      _ = send(connection, head, head.utf8.count, Int32(MSG_NOSIGNAL))
      let bytes = Array(String(repeating: piece, count: 512).utf8)
      while send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) > 0 {}
    }
  }

  private static func readRequest(_ connection: Int32) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    _ = recv(connection, &buffer, buffer.count, 0)
  }
}
