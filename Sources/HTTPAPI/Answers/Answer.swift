import HTTPTypes
import HummingbirdCore
import NIOCore
import RecordSchema

/// What is answered to a request.
struct Answer: Sendable {
  enum Body: Sendable {
    case none
    case bytes(ByteBuffer)
    /// Made while it goes out.
    case stream(ResponseBody)
  }

  var status: HTTPResponse.Status
  var fields: HTTPFields
  var body: Body

  init(_ status: HTTPResponse.Status, _ fields: HTTPFields = [:], body: Body = .none) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  init(bytes: ByteBuffer, type: String, status: HTTPResponse.Status = .ok) {
    self.init(status, [.contentType: type], body: .bytes(bytes))
  }

  init(json: JSON, status: HTTPResponse.Status = .ok) {
    self.init(bytes: ByteBuffer(bytes: json.bytes), type: "application/json", status: status)
    fields[.cacheControl] = "no-store"
  }

  init(_ problem: Problem) {
    self.init(
      bytes: ByteBuffer(bytes: problem.json.bytes), type: Problem.mediaType, status: .init(code: problem.status))
    fields[.cacheControl] = "no-store"
    for field in problem.fields {
      if let name = HTTPField.Name(field.name) { fields[name] = field.value }
    }
  }

  /// What the client has is still so.
  static func notModified(_ fields: HTTPFields) -> Answer {
    var fields = fields
    for name in [HTTPField.Name.contentType, .contentLength, .contentEncoding] { fields[name] = nil }
    return Answer(.notModified, fields)
  }

  /// For the wire, with the bytes at hand.
  var wireAnswer: WireAnswer {
    guard case .bytes(let bytes) = body else { return WireAnswer(status, fields) }
    var fields = fields
    fields[.contentLength] = String(bytes.readableBytes)
    return WireAnswer(status, fields, body: bytes)
  }

  var responseBody: ResponseBody {
    switch body {
    case .none: ResponseBody()
    case .bytes(let bytes): .pieces(of: bytes)
    case .stream(let body): body
    }
  }
}

extension ResponseBody {
  static let pieceSize = 256 << 10

  /// A large body goes out piece by piece, so that a slow reader's progress shows, and is not taken for a standstill.
  static func pieces(of bytes: ByteBuffer) -> ResponseBody {
    let size = pieceSize
    guard bytes.readableBytes > size else { return ResponseBody(byteBuffer: bytes) }
    return ResponseBody(contentLength: bytes.readableBytes) { writer in
      var rest = bytes
      while let piece = rest.readSlice(length: min(size, rest.readableBytes)), piece.readableBytes > 0 {
        try await writer.write(piece)
      }
      try await writer.finish(nil)
    }
  }
}

extension HTTPField.Name {
  static let requestID = HTTPField.Name("X-Request-Id")!
  static let apiKey = HTTPField.Name("X-API-Key")!
  static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
  static let rateLimit = HTTPField.Name("RateLimit")!
  static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy")!
  static let commit = HTTPField.Name("Staffrepo-Commit")!
  static let asOf = HTTPField.Name("Staffrepo-As-Of")!
  static let total = HTTPField.Name("Staffrepo-Total")!
  static let digest = HTTPField.Name("Staffrepo-Digest")!
  static let cursor = HTTPField.Name("Staffrepo-Cursor")!
  static let fullTotal = HTTPField.Name("Staffrepo-Full-Total")!
  static let fullDigest = HTTPField.Name("Staffrepo-Full-Digest")!
  static let link = HTTPField.Name("Link")!
  static let signature = HTTPField.Name("Signature")!
  static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
  static let noSniff = HTTPField.Name("X-Content-Type-Options")!
}
