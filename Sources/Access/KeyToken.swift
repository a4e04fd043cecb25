import Crypto
import RecordSchema

/// An API key itself, which its holder presents. It is shown once and kept nowhere; git has its hash.
public struct KeyToken: Sendable {
  /// The key. It must reach no log, no error and no file.
  public let text: String

  /// A fresh key of 178 random bits.
  ///
  /// - Parameter generator: `SystemRandomNumberGenerator`, but in tests.
  public static func mint(using generator: inout some RandomNumberGenerator) -> KeyToken {
    // A number below 62 from the generator has no bias: what would give one is drawn again.
    KeyToken(body: (0..<KeyFormat.bodyLength).map { _ in KeyFormat.digits[Int.random(in: 0..<62, using: &generator)] })
  }

  /// - Parameter body: the 30 characters before the checksum.
  init(body: [UInt8]) {
    text = KeyFormat.prefix + String(decoding: body + KeyFormat.checksum(of: body), as: UTF8.self)
  }

  /// Whether a text may be a key at all, by its form and checksum. No key is looked up: a slip of the pen ends here.
  public static func isWellFormed(_ text: some StringProtocol) -> Bool {
    withBytes(of: text) { bytes in
      bytes.count == KeyFormat.length && bytes.starts(with: KeyFormat.prefix.utf8)
        && KeyFormat.isBodyWithChecksum(UnsafeBufferPointer(rebasing: bytes[KeyFormat.prefix.utf8.count...]))
    }
  }

  /// As `key_hash` in the key's file has it.
  public var hash: String { "sha256:\(KeyDigest(text).hexadecimal)" }

  /// The last four characters, by which people tell keys apart.
  public var hint: String { String(text.suffix(4)) }

  static func withBytes<Result>(
    of text: some StringProtocol, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result {
    try text.utf8.withContiguousStorageIfAvailable(body) ?? Array(text.utf8).withUnsafeBufferPointer(body)
  }
}

/// The SHA-256 of a key, as four words: so a comparison is a few operations that take the same time whatever differs.
struct KeyDigest: Sendable, Equatable {
  let words: SIMD4<UInt64>

  init(_ text: some StringProtocol) {
    var hash = SHA256()
    KeyToken.withBytes(of: text) { hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }
    words = hash.finalize().withUnsafeBytes { bytes in
      SIMD4((0..<4).map { UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)) })
    }
  }

  /// Reads `sha256:` and 64 hexadecimal digits in lower case.
  init?(hash: String) {
    guard hash.hasPrefix("sha256:") else { return nil }
    let digits = Array(hash.utf8.dropFirst(7))
    guard digits.count == 64 else { return nil }
    var words = SIMD4<UInt64>()
    for (place, digit) in digits.enumerated() {
      guard let value = Self.value(ofDigit: digit) else { return nil }
      words[place / 16] = words[place / 16] << 4 | value
    }
    self.words = words
  }

  private static func value(ofDigit byte: UInt8) -> UInt64? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
    default: nil
    }
  }

  var hexadecimal: String {
    (0..<4).map { place in
      let digits = String(words[place], radix: 16)
      return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }.joined()
  }

  /// All ones when both are equal, else zero; in the same time either way.
  func mask(ifEqual other: KeyDigest) -> UInt64 {
    let different = words ^ other.words
    let any = different[0] | different[1] | different[2] | different[3]
    // The top bit of `any` or of its negative is set unless it is zero.
    return ((any | (0 &- any)) >> 63) &- 1
  }
}
