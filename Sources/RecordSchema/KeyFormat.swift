/// What an API key looks like: `stf_`, 30 characters of base 62, and 6 of their CRC-32.
///
/// The checksum tells a key from anything else, and a slip in one from an unknown one, without a look at any key.
public enum KeyFormat {
  public static let prefix = "stf_"
  public static let bodyLength = 30
  public static let checksumLength = 6
  public static let length = prefix.utf8.count + bodyLength + checksumLength

  /// The digits of base 62, by their value.
  public static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

  public static func isDigit(_ byte: UInt8) -> Bool {
    byte &- UInt8(ascii: "0") < 10 || (byte | 0x20) &- UInt8(ascii: "a") < 26
  }

  /// The CRC-32 in base 62, as keys end with it.
  public static func checksum(of body: [UInt8]) -> [UInt8] {
    var rest = Int(CRC32.checksum(body))
    var checksum = [UInt8](repeating: 0, count: checksumLength)
    for place in checksum.indices.reversed() {
      checksum[place] = digits[rest % 62]
      rest /= 62
    }
    return checksum
  }

  /// Whether what follows the prefix is a body and its checksum.
  ///
  /// Of one type, since this is asked on every request, and a generic function is not made for its types across modules.
  public static func isBodyWithChecksum(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count == bodyLength + checksumLength else { return false }
    for byte in bytes where !isDigit(byte) { return false }
    let checksum = checksum(of: Array(bytes[..<bodyLength]))
    for place in 0..<checksumLength where bytes[bodyLength + place] != checksum[place] { return false }
    return true
  }
}
