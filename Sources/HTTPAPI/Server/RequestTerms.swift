import HTTPTypes

/// What the answer to a request depends on beside the records, read from its fields in one pass.
///
/// A field that comes more than once says all of it, as in a list (RFC 9110, 5.3).
struct RequestTerms {
  let method: HTTPRequest.Method
  let target: String
  private(set) var accept: String?
  private(set) var encoding: String?
  /// The tags that the client has.
  private(set) var known: String?
  /// It has no body, and asks for nothing of the connection.
  private(set) var isPlain: Bool
  private var authorization: String?
  private var apiKey: String?

  init(_ head: HTTPRequest) {
    (method, target) = (head.method, head.path ?? "/")
    isPlain = method == .get || method == .head
    for field in head.headerFields {
      switch field.name {
      case .authorization: Self.add(field, to: &authorization)
      case .apiKey: Self.add(field, to: &apiKey)
      case .accept: Self.add(field, to: &accept)
      case .acceptEncoding: Self.add(field, to: &encoding)
      case .ifNoneMatch: Self.add(field, to: &known)
      case .contentLength, .transferEncoding, .connection, .expect, .upgrade: isPlain = false
      default: break
      }
    }
  }

  /// What is presented as a key; the word before it in any case (RFC 9110, 11.1).
  var key: Substring? {
    guard let authorization else { return apiKey?[...] }
    let (text, word) = (authorization.utf8, "bearer ".utf8)
    let isBearer = text.count > word.count && zip(text, word).allSatisfy { $0 | 0x20 == $1 }
    guard isBearer else { return apiKey?[...] }
    return authorization[text.index(text.startIndex, offsetBy: word.count)...].drop { $0 == " " }
  }

  private static func add(_ field: HTTPField, to value: inout String?) {
    value = value.map { "\($0), \(field.value)" } ?? field.value
  }
}
