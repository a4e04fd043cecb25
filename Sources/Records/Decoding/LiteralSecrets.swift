import Glibc
import RecordSchema
import YAMLReader

/// Keys and secrets that somebody wrote into a file.
public enum LiteralSecrets {
  public struct Found {
    /// Does not repeat the secret.
    public let message: String
    public let range: SourceRange
  }

  /// - Parameter keysOnly: looks for our own API keys only, whose checksum tells them from anything else.
  public static func find(in bytes: [UInt8], keysOnly: Bool = false) -> [Found] {
    bytes.withUnsafeBufferPointer { find(in: $0, keysOnly: keysOnly) }
  }

  static func find(in bytes: UnsafeBufferPointer<UInt8>, keysOnly: Bool) -> [Found] {
    var found: [Found] = []
    func add(_ range: Range<Int>, _ message: String) {
      let places = SourceRange(
        start: bytes.position(ofByte: range.lowerBound), end: bytes.position(ofByte: range.upperBound))
      found.append(Found(message: message, range: places))
    }
    var index = 0
    while index < bytes.count, let rest = bytes.baseAddress.map({ $0 + index }),
      let next = memchr(rest, Int32(UInt8(ascii: "_")), bytes.count - index)
    {
      let place = index + (UnsafeRawPointer(next) - UnsafeRawPointer(rest))
      index = place + 1
      if let end = endOfKey(bytes, place) {
        add(place - 3..<end, "An API key stands here.")
      } else if !keysOnly, let range = secret(bytes, place) {
        add(range, "A webhook's secret stands here.")
      }
    }
    if !keysOnly, let range = privateKey(bytes) { add(range, "A private key stands here.") }
    return found
  }

  private static func endOfKey(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Int) -> Int? {
    let end = place + 1 + KeyFormat.bodyLength + KeyFormat.checksumLength
    guard precedes(bytes, place, "stf"), end <= bytes.count,
      KeyFormat.isBodyWithChecksum(UnsafeBufferPointer(rebasing: bytes[(place + 1)..<end]))
    else { return nil }
    return end
  }

  /// `whsec_` or `whsk_` and at least 24 characters of base64.
  private static func secret(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Int) -> Range<Int>? {
    let length = precedes(bytes, place, "whsec") ? 5 : precedes(bytes, place, "whsk") ? 4 : 0
    guard length > 0 else { return nil }
    let body = bytes[(place + 1)...].prefix { KeyFormat.isDigit($0) || "+/=-_".utf8.contains($0) }
    return body.count >= 24 ? place - length..<body.endIndex : nil
  }

  private static func privateKey(_ bytes: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    let words: StaticString = "PRIVATE KEY-----"
    guard let start = bytes.baseAddress.map({ UnsafeRawPointer($0) }) else { return nil }
    var index = 0
    while index + words.utf8CodeUnitCount <= bytes.count,
      let next = memchr(start + index, Int32(UInt8(ascii: "P")), bytes.count - index)
    {
      let place = UnsafeRawPointer(next) - start
      guard place + words.utf8CodeUnitCount <= bytes.count else { return nil }
      if memcmp(next, words.utf8Start, words.utf8CodeUnitCount) == 0 { return place..<place + words.utf8CodeUnitCount }
      index = place + 1
    }
    return nil
  }

  private static func precedes(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Int, _ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard place >= count else { return false }
    return word.withUTF8Buffer { word in bytes[place - count..<place].elementsEqual(word) }
  }
}

extension YAMLDocument {
  /// The document, and what is found in its bytes that must not be there.
  init(judging bytes: [UInt8]) {
    self = YAMLReader.read(bytes)
    guard bytes.count <= YAMLReader.sizeLimit else { return }
    remarks += LiteralSecrets.find(in: bytes).map {
      YAMLProblem(rule: .literalKey, message: $0.message, range: $0.range)
    }
  }
}
