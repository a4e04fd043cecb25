import Access
import HTTPTypes
import HummingbirdCore
import NIOCore
import RecordSchema
import Roster

extension Call {
  /// An answer that speaks of the records: with its tag, and a 304 for whoever has it already. What goes into it is made
  /// only when it is wanted.
  ///
  /// - Parameter parts: what its bytes depend on beside the address, the records and the key's sight.
  func recordAnswer(
    _ roster: Roster, type: String, parts: [String] = [], fields more: HTTPFields = [:],
    _ make: () async throws -> ByteBuffer
  ) async throws -> Answer {
    var fields = try recordFields(roster, type: type, parts: parts, isCompressed: acceptsGzip)
    fields.append(contentsOf: more)
    if let known = header(.ifNoneMatch), let tag = fields[.eTag], Tag.list(known, contains: tag) {
      return .notModified(fields)
    }
    var bytes = try await make()
    if acceptsGzip, bytes.readableBytes >= Gzip.worthwhile, let compressed = Gzip.compressed(bytes) {
      bytes = compressed
      fields[.contentEncoding] = "gzip"
    }
    return Answer(.ok, fields, body: .bytes(bytes))
  }

  /// The same for what is too much to be held as a whole: each piece is made when the reader took the one before.
  func streamedAnswer(
    _ roster: Roster, type: String, fields more: HTTPFields = [:], pieces: Int,
    _ make: @escaping @Sendable (Int) -> ByteBuffer
  ) throws -> Answer {
    let isCompressed = acceptsGzip
    var fields = try recordFields(roster, type: type, parts: [], isCompressed: isCompressed)
    fields.append(contentsOf: more)
    if let known = header(.ifNoneMatch), let tag = fields[.eTag], Tag.list(known, contains: tag) {
      return .notModified(fields)
    }
    if isCompressed { fields[.contentEncoding] = "gzip" }
    return Answer(
      .ok, fields,
      body: .stream(
        ResponseBody { writer in
          let gzip = isCompressed ? GzipStream() : nil
          for number in 0..<pieces {
            let piece = make(number)
            try await writer.write(gzip?.compress(piece, isLast: number == pieces - 1) ?? piece)
          }
          try await writer.finish(nil)
        }))
  }

  private func recordFields(_ roster: Roster, type: String, parts: [String], isCompressed: Bool) throws -> HTTPFields {
    let asOf = "\(roster.asOf)"
    let tag = try Tag.of(
      [roster.commit, asOf, type, isCompressed ? "gzip" : "", holder().sight.text, request.head.path ?? ""] + parts)
    return [
      .contentType: type, .eTag: tag, .cacheControl: "private, no-cache",
      .vary: "Authorization, X-API-Key, Accept, Accept-Encoding", .commit: roster.commit, .asOf: asOf,
    ]
  }
}

extension Sight {
  /// Two sights have the same text when they see the same.
  fileprivate var text: String {
    (isSensitive ? "sensitive " : "")
      + (units.map { "of " + $0.map(\.rawValue).sorted().joined(separator: " ") } ?? "everybody")
  }
}
