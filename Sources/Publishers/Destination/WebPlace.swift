import Crypto
import FoundationEssentials
import RecordSchema

/// An address that takes files by HTTP.
struct WebPlace: RemotePlace {
  private let wire: Wire
  private let url: String
  private let method: Wire.Method
  private let headers: [String]

  var replacesAtOnce: Bool { method == .put }

  /// - Parameter headers: with the secrets that they hold.
  init(_ place: Destination.Web, headers: [String], _ wire: Wire) {
    self.wire = wire
    self.headers = headers
    url = place.url
    method = place.method == .put ? .put : .post
  }

  func store(_ path: String, _ source: Source, sha256: String) throws {
    let digest = Data(
      stride(from: 0, to: 64, by: 2).compactMap { index in
        UInt8(sha256.dropFirst(index).prefix(2), radix: 16)
      })
    let own = [
      "Content-Type: \(Self.contentType(of: path))", "Content-Digest: sha-256=:\(digest.base64EncodedString()):",
      "User-Agent: staffrepo",
    ]
    let answer = try wire.perform(
      Wire.Call(url: "\(url)/\(percentEncoded(path))", method: method, source: source, headers: own + headers))
    try judge(answer, path)
    guard source.sha256 == sha256 else { throw changed(path) }
  }

  func fetch(_ path: String) throws -> Found {
    guard method == .put else { return .unknown }
    let answer = try wire.perform(
      Wire.Call(url: "\(url)/\(percentEncoded(path))", method: .get, headers: ["User-Agent: staffrepo"] + headers))
    switch answer.status {
    case nil: throw SendFailure("\(path): \(answer.error ?? "no answer")")
    case 200: return .bytes(answer.body)
    case 404, 410: return .nothing
    default: return .unknown
    }
  }

  func remove(_ path: String) throws -> Bool {
    guard method == .put else { return false }
    let answer = try wire.perform(
      Wire.Call(url: "\(url)/\(percentEncoded(path))", method: .delete, headers: ["User-Agent: staffrepo"] + headers))
    return answer.status.map { (200..<300).contains($0) || $0 == 404 || $0 == 410 } ?? false
  }

  private func judge(_ answer: Wire.Answer, _ path: String) throws {
    switch answer.status {
    case nil: throw SendFailure("\(path): \(answer.error ?? "no answer")")
    case .some(200..<300): return
    case .some(let status) where (300..<400).contains(status):
      throw SendFailure(
        "\(path): the server answered \(status): redirects are not followed. Write the address that it leads to into staffrepo.yaml."
      )
    case .some(let status): throw SendFailure("\(path): the server answered \(status)")
    }
  }

  static func contentType(of path: String) -> String {
    switch path.split(separator: ".").last {
    case "json": "application/json"
    case "ndjson": "application/x-ndjson"
    case "csv": "text/csv"
    case "zip": "application/zip"
    case "jpg", "jpeg": "image/jpeg"
    case "png": "image/png"
    case "webp": "image/webp"
    default: "application/octet-stream"
    }
  }
}
