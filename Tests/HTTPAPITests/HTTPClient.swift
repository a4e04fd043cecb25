import Foundation
import Glibc
import TestSupport

/// An answer as it came over the wire.
struct HTTPReply: Sendable {
  let status: Int
  let statusLine: String
  /// Names in small letters.
  let fields: [String: String]
  let body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }

  func json() throws -> [String: Any] {
    guard let object = try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] else {
      throw ProgramFailure(description: "no object: \(text)")
    }
    return object
  }
}

/// One connection, by the system's own calls: what is sent is what a test says, well-formed or not. For one thread at a time.
final class HTTPClient: @unchecked Sendable {
  private let descriptor: Int32
  private var received: [UInt8] = []

  /// - Parameter window: how many bytes may be on their way to it.
  init(port: Int, window: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var window { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &window, socklen_t(MemoryLayout<Int32>.size)) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let (socket, place) = (descriptor, address)
    let code = withUnsafePointer(to: place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
    }
    guard code == 0 else { throw ProgramFailure(description: "refused: \(String(cString: strerror(errno)))") }
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  func send(_ text: String) { _ = text.withCString { Glibc.send(descriptor, $0, strlen($0), Int32(MSG_NOSIGNAL)) } }

  func ask(_ method: String, _ target: String, _ fields: [String: String] = [:], body: String? = nil) throws
    -> HTTPReply
  {
    var head = "\(method) \(target) HTTP/1.1\r\nHost: office\r\n"
    for (name, value) in fields { head += "\(name): \(value)\r\n" }
    if let body { head += "Content-Length: \(body.utf8.count)\r\n" }
    send(head + "\r\n" + (body ?? ""))
    return try reply(hasBody: method != "HEAD")
  }

  func reply(hasBody: Bool = true) throws -> HTTPReply {
    let separator = Array("\r\n\r\n".utf8)
    while received.firstRange(of: separator) == nil { try receive() }
    guard let end = received.firstRange(of: separator) else { throw ProgramFailure(description: "no head") }
    let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    received.removeSubrange(..<end.upperBound)
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
    }
    let status = Int(lines[0].split(separator: " ")[1]) ?? 0
    var body: [UInt8] = []
    if hasBody, status != 304, status != 204 { body = try readBody(fields) }
    return HTTPReply(status: status, statusLine: lines[0], fields: fields, body: body)
  }

  private func readBody(_ fields: [String: String]) throws -> [UInt8] {
    if let length = fields["content-length"].flatMap({ Int($0) }) { return try take(length) }
    var body: [UInt8] = []
    while true {
      var line: [UInt8] = []
      while !line.reversed().starts(with: [10, 13]) { line += try take(1) }
      let size = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16) ?? 0
      body += try take(size)
      _ = try take(2)
      if size == 0 { return body }
    }
  }

  private func take(_ count: Int) throws -> [UInt8] {
    while received.count < count { try receive() }
    defer { received.removeFirst(count) }
    return Array(received[..<count])
  }

  private func receive() throws {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { throw ProgramFailure(description: "the connection ended") }
    received += buffer[..<count]
  }
}

/// What blocks, away from the threads on which tasks run: the server's are among these.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { waiting in
    Thread.detachNewThread { waiting.resume(with: Result { try work() }) }
  }
}
