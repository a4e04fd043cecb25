import HTTPTypes
import NIOCore
import NIOHTTP1

/// An answer as it goes over the wire (RFC 9112): the bytes of its head, and those of its body.
struct WireAnswer: Sendable {
  let status: HTTPResponse.Status
  /// Without its end, until that is written.
  private(set) var head: ByteBuffer
  /// `nil` where only the head goes out.
  var body: ByteBuffer?

  /// - Parameter fields: those that are known yet; where there is a body, with its length.
  init(_ status: HTTPResponse.Status, _ fields: HTTPFields, body: ByteBuffer? = nil) {
    self.status = status
    self.body = body
    let words = HTTPResponseStatus(statusCode: status.code, reasonPhrase: status.reasonPhrase).reasonPhrase
    head = ByteBuffer(string: "HTTP/1.1 \(status.code) \(words)\r\n")
    write(fields)
  }

  /// Ends the head with the last fields.
  mutating func end(with fields: HTTPFields) {
    write(fields)
    head.writeStaticString("\r\n")
  }

  /// Their values hold no end of a line: `HTTPField` takes none.
  private mutating func write(_ fields: HTTPFields) {
    for field in fields {
      head.writeString(field.name.rawName)
      head.writeStaticString(": ")
      head.writeString(field.value)
      head.writeStaticString("\r\n")
    }
  }
}
