import RecordSchema

/// A bucket of S3, or of a service like it. libcurl signs; the payload's hash is part of what is signed, so the service
/// refuses what was changed on the way.
struct BucketPlace: RemotePlace {
  private let wire: Wire
  private let url: String
  private let token: String?

  let replacesAtOnce = true

  init(_ bucket: Destination.Bucket, token: String?, _ wire: Wire) {
    self.wire = wire
    self.token = token
    let host =
      if let endpoint = bucket.endpoint {
        "\(endpoint)/\(bucket.name)"
      } else if bucket.name.contains(".") {
        // Its certificate has no name with further points.
        "https://s3.\(bucket.region).amazonaws.com/\(bucket.name)"
      } else {
        "https://\(bucket.name).s3.\(bucket.region).amazonaws.com"
      }
    url = bucket.prefix.isEmpty ? host : "\(host)/\(percentEncoded(bucket.prefix))"
  }

  func store(_ path: String, _ source: Source, sha256: String) throws {
    let answer = try perform(path, .put, source, sha256)
    guard answer.status == 200 else { throw failure(answer, path) }
    guard source.sha256 == sha256 else { throw changed(path) }
  }

  func fetch(_ path: String) throws -> Found {
    let answer = try perform(path, .get, nil, Self.nothing)
    switch answer.status {
    case nil: throw failure(answer, path)
    case 200: return .bytes(answer.body)
    case 404: return .nothing
    default: return .unknown
    }
  }

  func remove(_ path: String) throws -> Bool {
    let answer = try perform(path, .delete, nil, Self.nothing)
    return answer.status == 204 || answer.status == 200 || answer.status == 404
  }

  /// The hash of no bytes.
  private static let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  private func perform(
    _ path: String, _ method: Wire.Method, _ source: Source?, _ sha256: String
  ) throws -> Wire.Answer {
    var headers = ["x-amz-content-sha256: \(sha256)"]
    if source != nil { headers.append("Content-Type: \(WebPlace.contentType(of: path))") }
    if let token { headers.append("x-amz-security-token: \(token)") }
    return try wire.perform(
      Wire.Call(url: "\(url)/\(percentEncoded(path))", method: method, source: source, headers: headers))
  }

  private func failure(_ answer: Wire.Answer, _ path: String) -> SendFailure {
    guard let status = answer.status else { return SendFailure("\(path): \(answer.error ?? "no answer")") }
    // <Error><Code>AccessDenied</Code>…: the code only, since the rest may repeat what was signed.
    let body = String(decoding: answer.body.prefix(4096), as: UTF8.self)
    let code = body.split(separator: "<Code>", maxSplits: 1).dropFirst().first?.prefix { $0 != "<" } ?? ""
    return SendFailure("\(path): the service answered \(status)\(code.isEmpty ? "" : ", \(String(code).prefix(60))")")
  }
}
