import Crypto
import RecordSchema

/// JSON in the one form over which digests are made: members sorted by name, no blanks, only the escapes that must be. As
/// RFC 8785 has it, and Python's `json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)`.
///
/// It reads what `JSON.bytes` wrote, and nothing else.
struct CanonicalJSON {
  private let text: UnsafeBufferPointer<UInt8>
  private var place = 0
  private var result: [UInt8] = []

  private init(_ text: UnsafeBufferPointer<UInt8>) {
    self.text = text
    result.reserveCapacity(text.count)
  }

  static func bytes(of json: [UInt8]) -> [UInt8] {
    json.withUnsafeBufferPointer { text in
      var writer = CanonicalJSON(text)
      writer.value()
      return writer.result
    }
  }

  private mutating func value() {
    switch text[place] {
    case UInt8(ascii: "{"): object()
    case UInt8(ascii: "["): array()
    case UInt8(ascii: "\""): string()
    default:
      while place < text.count, !Self.ends(text[place]) {
        result.append(text[place])
        place += 1
      }
    }
  }

  private static func ends(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
  }

  private mutating func array() {
    repeat {
      result.append(text[place])
      place += 1
      if text[place] != UInt8(ascii: "]") { value() }
    } while text[place] != UInt8(ascii: "]")
    result.append(UInt8(ascii: "]"))
    place += 1
  }

  private mutating func object() {
    let start = result.count
    var members: [(name: ArraySlice<UInt8>, all: ArraySlice<UInt8>)] = []
    repeat {
      place += 1
      guard text[place] != UInt8(ascii: "}") else { break }
      let from = result.count
      string()
      let name = result[from..<result.count]
      result.append(UInt8(ascii: ":"))
      place += 1
      value()
      members.append((name, result[from..<result.count]))
    } while text[place] != UInt8(ascii: "}")
    place += 1
    if !zip(members, members.dropFirst()).allSatisfy({ Self.precedes($0.name, $1.name) }) {
      members.sort { Self.precedes($0.name, $1.name) }
    }
    var sorted = [UInt8(ascii: "{")]
    for (number, member) in members.enumerated() {
      if number > 0 { sorted.append(UInt8(ascii: ",")) }
      sorted += member.all
    }
    sorted.append(UInt8(ascii: "}"))
    result.replaceSubrange(start..., with: sorted)
  }

  /// Compares names as they are, not as they are written.
  private static func precedes(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
    guard one.contains(UInt8(ascii: "\\")) || other.contains(UInt8(ascii: "\\")) else {
      return one.dropLast().lexicographicallyPrecedes(other.dropLast())
    }
    return JSONText.unescaped(one).lexicographicallyPrecedes(JSONText.unescaped(other))
  }

  private mutating func string() {
    repeat {
      let byte = text[place]
      if byte == UInt8(ascii: "\\") {
        escape()
      } else {
        result.append(byte)
        place += 1
      }
    } while text[place] != UInt8(ascii: "\"")
    result.append(UInt8(ascii: "\""))
    place += 1
  }

  /// `JSON.bytes` knows no `\b` and `\f`.
  private mutating func escape() {
    let length = text[place + 1] == UInt8(ascii: "u") ? 6 : 2
    let written = text[place..<place + length]
    if written.elementsEqual(#"\u0008"#.utf8) {
      result += #"\b"#.utf8
    } else if written.elementsEqual(#"\u000c"#.utf8) {
      result += #"\f"#.utf8
    } else {
      result += written
    }
    place += length
  }
}

/// A string of JSON as the text that it stands for.
enum JSONText {
  /// All strings of a text of JSON, names too, with their quotes.
  static func strings(_ text: some Collection<UInt8>) -> [ArraySlice<UInt8>] {
    let bytes = Array(text)
    var strings: [ArraySlice<UInt8>] = []
    var start: Int?
    var place = 0
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "\\") {
        place += 1
      } else if bytes[place] == UInt8(ascii: "\"") {
        if let first = start { strings.append(bytes[first...place]) }
        start = start == nil ? place : nil
      }
      place += 1
    }
    return strings
  }

  /// - Parameter text: with its quotes, as `JSON.bytes` writes it.
  static func unescaped(_ text: some Collection<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var rest = Array(text.dropFirst().dropLast())[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
        bytes.append(byte)
        continue
      }
      switch next {
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "u"):
        // Only control characters are written so.
        bytes.append(UInt8(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16) ?? 0)
        rest = rest.dropFirst(4)
      default: bytes.append(next)
      }
    }
    return bytes
  }
}

/// A SHA-256.
struct Hash: Hashable, Sendable {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  init(of bytes: [UInt8]) {
    var hasher = SHA256()
    bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    self.init(hasher.finalize())
  }

  init(_ digest: SHA256.Digest) {
    words = digest.withUnsafeBytes { bytes in
      func word(_ number: Int) -> UInt64 {
        UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: number * 8, as: UInt64.self))
      }
      return (word(0), word(1), word(2), word(3))
    }
  }

  static func == (one: Hash, other: Hash) -> Bool { one.words == other.words }

  func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

  /// Appends 64 hexadecimal digits.
  func writeHexadecimal(to bytes: inout [UInt8]) {
    for word in [words.0, words.1, words.2, words.3] {
      for shift in stride(from: 60, through: 0, by: -4) {
        bytes.append(hexDigit(UInt8(truncatingIfNeeded: word >> UInt64(shift)) & 15))
      }
    }
  }

  var hexadecimal: String {
    var bytes: [UInt8] = []
    writeHexadecimal(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
