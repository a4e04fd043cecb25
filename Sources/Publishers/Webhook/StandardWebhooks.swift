import Crypto
import FoundationEssentials

/// Signing and verifying as Standard Webhooks 1.0.0 says: HMAC-SHA256 over `id.timestamp.body`.
public struct WebhookSecret: Sendable {
  private let key: SymmetricKey

  /// `whsec_` and base64 is decoded; any other text is taken as raw bytes. `nil` when there is nothing, or the base64 is
  /// broken.
  public init?(_ text: String) {
    guard text.hasPrefix("whsec_") else {
      guard !text.isEmpty else { return nil }
      key = SymmetricKey(data: Data(text.utf8))
      return
    }
    var encoded = String(text.dropFirst(6))
    encoded += String(repeating: "=", count: (4 - encoded.utf8.count % 4) % 4)
    guard let bytes = Data(base64Encoded: encoded), !bytes.isEmpty else { return nil }
    key = SymmetricKey(data: bytes)
  }

  /// One entry of the webhook-signature header: `v1,` and base64.
  public func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
    "v1," + Data(code(id: id, timestamp: timestamp, body: body)).base64EncodedString()
  }

  /// Whether one of a header's entries is ours. Takes the same time whatever the entries say.
  public func verifies(header: String, id: String, timestamp: Int64, body: [UInt8]) -> Bool {
    header.split(separator: " ").reduce(false) { found, entry in
      guard entry.hasPrefix("v1,"), let given = Data(base64Encoded: String(entry.dropFirst(3))) else { return found }
      let isOurs = HMAC<SHA256>.isValidAuthenticationCode(
        given, authenticating: signed(id: id, timestamp: timestamp, body: body), using: key)
      return isOurs || found
    }
  }

  private func code(id: String, timestamp: Int64, body: [UInt8]) -> HMAC<SHA256>.MAC {
    HMAC<SHA256>.authenticationCode(for: signed(id: id, timestamp: timestamp, body: body), using: key)
  }

  private func signed(id: String, timestamp: Int64, body: [UInt8]) -> Data {
    Data("\(id).\(timestamp).".utf8) + Data(body)
  }
}
