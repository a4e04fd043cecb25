import Crypto
import FoundationEssentials

/// What signs one endpoint's events, as Standard Webhooks 1.0.0 says: over `id.timestamp.body`.
public struct WebhookSecret: Sendable {
  private enum Key: Sendable {
    /// The key, and a code that has taken it in and nothing else.
    case shared(SymmetricKey, HMAC<SHA256>)
    case own(Curve25519.Signing.PrivateKey)
  }

  private let key: Key

  /// `whsec_` and base64: a shared key. `whsk_` and base64: an Ed25519 key, as its 32-byte seed, or that and the public key.
  /// Any other text is taken as raw bytes of a shared key. `nil` when there is nothing, it is broken, or it is a public key,
  /// which signs nothing.
  public init?(_ text: String) {
    if text.hasPrefix("whsec_") {
      guard let bytes = decodedBase64(text.dropFirst(6)), !bytes.isEmpty else { return nil }
      key = Self.shared(bytes)
    } else if text.hasPrefix("whsk_") {
      guard let bytes = decodedBase64(text.dropFirst(5)), let own = Self.ownKey(bytes) else { return nil }
      key = .own(own)
    } else {
      guard !text.isEmpty, !text.hasPrefix("whpk_") else { return nil }
      key = Self.shared(Data(text.utf8))
    }
  }

  private static func shared(_ bytes: Data) -> Key {
    let key = SymmetricKey(data: bytes)
    return .shared(key, HMAC(key: key))
  }

  private static func ownKey(_ bytes: Data) -> Curve25519.Signing.PrivateKey? {
    guard bytes.count == 32 || bytes.count == 64,
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes.prefix(32))
    else { return nil }
    return bytes.count == 32 || key.publicKey.rawRepresentation == bytes.suffix(32) ? key : nil
  }

  /// One entry of the webhook-signature header: `v1,` or `v1a,` and base64.
  public func signature(id: String, timestamp: Int64, body: [UInt8]) -> String {
    let message = SignedMessage(id: id, timestamp: timestamp, body: body)
    switch key {
    case .shared(_, let prepared): return "v1," + Data(message.code(prepared)).base64EncodedString()
    case .own(let key):
      // It fails only where the system has no random numbers, and then this entry verifies nowhere.
      return "v1a," + ((try? key.signature(for: message.bytes)) ?? Data()).base64EncodedString()
    }
  }

  /// `whpk_` and base64, for the consumer; `nil` for a shared key.
  public var publicKey: String? {
    guard case .own(let key) = key else { return nil }
    return "whpk_" + key.publicKey.rawRepresentation.base64EncodedString()
  }

  public var verifier: WebhookVerifier {
    switch key {
    case .shared(let key, _): WebhookVerifier(key: .shared(key))
    case .own(let key): WebhookVerifier(key: .published(key.publicKey))
    }
  }
}

/// What a consumer needs to tell our events from others.
public struct WebhookVerifier: Sendable {
  fileprivate enum Key: Sendable {
    case shared(SymmetricKey)
    case published(Curve25519.Signing.PublicKey)
  }

  private let key: Key

  fileprivate init(key: Key) { self.key = key }

  /// `whpk_` and base64, or whatever a `WebhookSecret` is made of.
  public init?(_ text: String) {
    guard text.hasPrefix("whpk_") else {
      guard let secret = WebhookSecret(text) else { return nil }
      self = secret.verifier
      return
    }
    guard let bytes = decodedBase64(text.dropFirst(5)),
      let published = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
    else { return nil }
    key = .published(published)
  }

  /// Whether one of a header's entries is ours. Takes the same time whatever the entries say.
  public func verifies(header: String, id: String, timestamp: Int64, body: [UInt8]) -> Bool {
    let message = SignedMessage(id: id, timestamp: timestamp, body: body)
    return header.split(separator: " ").reduce(false) { found, entry in
      let parts = entry.split(separator: ",", maxSplits: 1)
      guard parts.count == 2, parts[0] == version, let given = Data(base64Encoded: String(parts[1])) else {
        return found
      }
      return verifies(given, message) || found
    }
  }

  private var version: Substring {
    switch key {
    case .shared: "v1"
    case .published: "v1a"
    }
  }

  private func verifies(_ given: Data, _ message: SignedMessage) -> Bool {
    switch key {
    case .shared(let key): HMAC<SHA256>.isValidAuthenticationCode(given, authenticating: message.bytes, using: key)
    case .published(let key): key.isValidSignature(given, for: message.bytes)
    }
  }
}

private struct SignedMessage {
  let head: String
  let body: [UInt8]

  init(id: String, timestamp: Int64, body: [UInt8]) {
    head = "\(id).\(timestamp)."
    self.body = body
  }

  var bytes: Data { Data(head.utf8) + Data(body) }

  func code(_ prepared: HMAC<SHA256>) -> HMAC<SHA256>.MAC {
    var code = prepared
    code.update(data: Array(head.utf8))
    code.update(data: body)
    return code.finalize()
  }
}

/// The padding may be missing.
private func decodedBase64(_ text: Substring) -> Data? {
  Data(base64Encoded: text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
}
