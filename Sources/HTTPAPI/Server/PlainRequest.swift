import HTTPTypes

/// A request for which memory may have an answer, and what the answer depends on: read from its fields in one pass.
struct PlainRequest {
  let method: HTTPRequest.Method
  let target: String
  private(set) var credentials = Credentials()
  private(set) var accept: String?
  private(set) var encoding: String?
  /// The tags that the client has.
  private(set) var known: String?

  /// `nil` for a request that has a body, asks for something of the connection, or says a thing twice: what that means is
  /// found out where there is more time.
  init?(_ head: HTTPRequest) {
    guard head.method == .get || head.method == .head else { return nil }
    (method, target) = (head.method, head.path ?? "/")
    for field in head.headerFields {
      switch field.name {
      case .authorization: guard Self.take(field, &credentials.authorization) else { return nil }
      case .apiKey: guard Self.take(field, &credentials.apiKey) else { return nil }
      case .accept: guard Self.take(field, &accept) else { return nil }
      case .acceptEncoding: guard Self.take(field, &encoding) else { return nil }
      case .ifNoneMatch: guard Self.take(field, &known) else { return nil }
      case .contentLength, .transferEncoding, .connection, .expect, .upgrade: return nil
      default: break
      }
    }
  }

  private static func take(_ field: HTTPField, _ value: inout String?) -> Bool {
    defer { value = field.value }
    return value == nil
  }
}

/// What a request presents as a key.
struct Credentials {
  var authorization: String?
  var apiKey: String?

  /// The key; the word before it in any case (RFC 9110, 11.1).
  var key: Substring? {
    guard let authorization else { return apiKey?[...] }
    let (text, word) = (authorization.utf8, "bearer ".utf8)
    let isBearer = text.count > word.count && zip(text, word).allSatisfy { $0 | 0x20 == $1 }
    guard isBearer else { return apiKey?[...] }
    return authorization[text.index(text.startIndex, offsetBy: word.count)...].drop { $0 == " " }
  }
}

extension Credentials {
  init(_ fields: HTTPFields) {
    self.init(authorization: fields[.authorization], apiKey: fields[.apiKey])
  }
}
