import Access
import HTTPTypes
import HummingbirdCore
import NIOCore
import RecordSchema

/// One request, with all that is known of it by the time its operation runs.
struct Call: Sendable {
  let request: Request
  let operation: Operation
  /// The values in the address.
  let values: [String: String]
  /// What stands after the question mark.
  let queryText: Substring
  let isAlias: Bool
  let grant: Grant?
  let state: Snapshot?
  let now: Instant

  var query: Query {
    let known = operation.parameters.filter { $0.place == .query }.map(\.name)
    return Query(queryText, known: known, isLenient: isAlias)
  }

  /// Who asks; only operations that want a key ask for it.
  func holder() throws -> Grant {
    guard let grant else { throw Problem.unauthorised }
    return grant
  }

  /// The records as of one commit and one day: the same from the first to the last byte of an answer.
  func records() throws -> Snapshot {
    guard let state else { throw Problem.notYet }
    return state
  }

  func header(_ name: HTTPField.Name) -> String? { request.headers[name] }

  /// The whole body.
  ///
  /// - Throws: `Problem` when it is too large; others when it does not come.
  func body(atMost limit: Int) async throws -> ByteBuffer {
    if let length = header(.contentLength).flatMap({ Int($0) }), length > limit { throw Problem.tooLarge(limit) }
    do {
      return try await request.body.collect(upTo: limit)
    } catch is NIOTooManyBytesError {
      throw Problem.tooLarge(limit)
    }
  }

  /// Without what follows a semicolon, in small letters.
  var mediaType: String? {
    header(.contentType).map { String($0.prefix { $0 != ";" }.lowercased().filter { $0 != " " }) }
  }
}
