/// A JSON value whose objects keep the order in which their members were written.
///
/// Order matters here: the same event must give the same bytes on every run, because receivers check a signature over
/// them.
public enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  case string(String)
  case array([JSON])
  case object([Member])

  public struct Member: Sendable, Equatable {
    public var name: String
    public var value: JSON

    public init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  /// `null` for an absent string.
  public static func optional(_ text: String?) -> JSON {
    text.map(JSON.string) ?? .null
  }

  public static func optional(_ number: Int?) -> JSON {
    number.map(JSON.int) ?? .null
  }

  /// An object without the members whose value is absent.
  public static func compact(_ members: KeyValuePairs<String, JSON?>) -> JSON {
    .object(members.compactMap { name, value in value.map { Member(name, $0) } })
  }

  public subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// One line, no blanks.
  public var text: String {
    var writer = JSONWriter(pretty: false)
    writer.write(self, depth: 0)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// Two blanks a level, for people and for files in git.
  public var prettyText: String {
    var writer = JSONWriter(pretty: true)
    writer.write(self, depth: 0)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// The same as `prettyText`, in UTF-8, with a line feed at its end.
  public var prettyLines: [UInt8] {
    var writer = JSONWriter(pretty: true)
    writer.write(self, depth: 0)
    writer.bytes.append(UInt8(ascii: "\n"))
    return writer.bytes
  }

  /// One line of UTF-8.
  public var bytes: [UInt8] {
    var writer = JSONWriter(pretty: false)
    writer.write(self, depth: 0)
    return writer.bytes
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .int(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Member($0, $1) })
  }
}

/// Writes RFC 8259 text: UTF-8, and only the escapes that the grammar demands.
private struct JSONWriter {
  var bytes: [UInt8] = []
  let pretty: Bool

  init(pretty: Bool) {
    self.pretty = pretty
    bytes.reserveCapacity(1024)
  }

  mutating func write(_ value: JSON, depth: Int) {
    switch value {
    case .null: bytes += "null".utf8
    case .bool(let flag): bytes += (flag ? "true" : "false").utf8
    case .int(let number): bytes += String(number).utf8
    case .string(let text): writeString(text)
    case .array(let items):
      writeList(open: "[", close: "]", count: items.count, depth: depth) { writer, index in
        writer.write(items[index], depth: depth + 1)
      }
    case .object(let members):
      writeList(open: "{", close: "}", count: members.count, depth: depth) { writer, index in
        writer.writeString(members[index].name)
        writer.bytes += (writer.pretty ? ": " : ":").utf8
        writer.write(members[index].value, depth: depth + 1)
      }
    }
  }

  private mutating func writeList(
    open: Unicode.Scalar, close: Unicode.Scalar, count: Int, depth: Int,
    item: (inout JSONWriter, Int) -> Void
  ) {
    bytes.append(UInt8(ascii: open))
    for index in 0..<count {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      newLine(depth: depth + 1)
      item(&self, index)
    }
    if count > 0 { newLine(depth: depth) }
    bytes.append(UInt8(ascii: close))
  }

  private mutating func newLine(depth: Int) {
    guard pretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
  }

  private mutating func writeString(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    defer { bytes.append(UInt8(ascii: "\"")) }
    if !text.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
      bytes.append(contentsOf: text.utf8)
      return
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes += #"\""#.utf8
      case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
      case UInt8(ascii: "\n"): bytes += #"\n"#.utf8
      case UInt8(ascii: "\r"): bytes += #"\r"#.utf8
      case UInt8(ascii: "\t"): bytes += #"\t"#.utf8
      case 0..<0x20:
        bytes += "\\u00".utf8
        bytes.append(hexDigit(byte >> 4))
        bytes.append(hexDigit(byte & 15))
      default: bytes.append(byte)
      }
    }
  }
}

/// The lower-case hexadecimal digit of a number from 0 to 15.
public func hexDigit(_ nibble: UInt8) -> UInt8 {
  nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
}

/// Bytes as lower-case hexadecimal text.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  var text: [UInt8] = []
  for byte in bytes {
    text.append(hexDigit(byte >> 4))
    text.append(hexDigit(byte & 15))
  }
  return String(decoding: text, as: UTF8.self)
}
