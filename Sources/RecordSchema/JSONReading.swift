/// Why a text is no JSON, and where.
public struct JSONFault: Error, Sendable, Equatable, CustomStringConvertible {
  public let message: String
  /// From 1; the column counts characters.
  public let line: Int
  public let column: Int

  public var description: String { "line \(line), column \(column): \(message)" }
}

extension JSON {
  /// How deep lists and objects may nest.
  public static let depthLimit = 64

  /// Reads RFC 8259 text, and nothing else: no comments, no trailing commas, no name twice in one object. A number that is
  /// no whole number of 64 bits is kept as the text that stands there.
  ///
  /// - Parameter valueLimit: the most values in all. Each takes many times the two bytes that it may have in the text.
  public init(reading bytes: [UInt8], valueLimit: Int = .max) throws(JSONFault) {
    var reader = JSONReader(bytes: bytes, valuesLeft: valueLimit)
    self = try reader.readDocument()
  }

  /// Follows a JSON pointer (RFC 6901) such as `/payload/jobs/0/name`; `nil` when it leads nowhere.
  public func value(at pointer: String) -> JSON? {
    guard !pointer.isEmpty else { return self }
    guard pointer.hasPrefix("/") else { return nil }
    return pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
      .reduce(self) { (value: JSON?, step) in
        let name = step.replacing("~1", with: "/").replacing("~0", with: "~")
        switch value {
        case .object(let members): return members.first { $0.name == name }?.value
        case .array(let items): return Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil }
        default: return nil
        }
      }
  }

  /// A name as a step of a JSON pointer.
  public static func pointerStep(_ name: String) -> String {
    name.replacing("~", with: "~0").replacing("/", with: "~1")
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  var valuesLeft: Int
  var place = 0

  mutating func readDocument() throws(JSONFault) -> JSON {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    skipBlanks()
    let value = try readValue(depth: 0)
    skipBlanks()
    guard place == bytes.count else { throw fault("Something stands after the value.") }
    return value
  }

  private mutating func readValue(depth: Int) throws(JSONFault) -> JSON {
    guard depth <= JSON.depthLimit else { throw fault("Lists and objects nest more than \(JSON.depthLimit) deep.") }
    guard valuesLeft > 0 else { throw fault("There are more values than are read of one text.") }
    valuesLeft -= 1
    switch peek {
    case UInt8(ascii: "{"): return try readObject(depth: depth)
    case UInt8(ascii: "["): return try readArray(depth: depth)
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "t"): return try readWord("true", .bool(true))
    case UInt8(ascii: "f"): return try readWord("false", .bool(false))
    case UInt8(ascii: "n"): return try readWord("null", .null)
    case let byte? where byte == UInt8(ascii: "-") || isDigit(byte): return try readNumber()
    case nil: throw fault("The text ends where a value is expected.")
    default: throw fault("No value begins like this.")
    }
  }

  private mutating func readObject(depth: Int) throws(JSONFault) -> JSON {
    place += 1
    var members: [JSON.Member] = []
    var names: Set<String> = []
    skipBlanks()
    if take("}") { return .object([]) }
    while true {
      skipBlanks()
      guard peek == UInt8(ascii: "\"") else { throw fault("A name in quotes is expected.") }
      let start = place
      let name = try readString()
      guard names.insert(name).inserted else {
        place = start
        throw fault("The name stands here for the second time.")
      }
      skipBlanks()
      guard take(":") else { throw fault("A colon is expected.") }
      skipBlanks()
      members.append(JSON.Member(name, try readValue(depth: depth + 1)))
      skipBlanks()
      if take("}") { return .object(members) }
      guard take(",") else { throw fault("A comma or } is expected.") }
    }
  }

  private mutating func readArray(depth: Int) throws(JSONFault) -> JSON {
    place += 1
    var items: [JSON] = []
    skipBlanks()
    if take("]") { return .array([]) }
    while true {
      skipBlanks()
      items.append(try readValue(depth: depth + 1))
      skipBlanks()
      if take("]") { return .array(items) }
      guard take(",") else { throw fault("A comma or ] is expected.") }
    }
  }

  private mutating func readWord(_ word: StaticString, _ value: JSON) throws(JSONFault) -> JSON {
    let length = word.utf8CodeUnitCount
    guard place + length <= bytes.count,
      bytes[place..<place + length].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: length))
    else { throw fault("No value begins like this.") }
    place += length
    return value
  }

  private mutating func readNumber() throws(JSONFault) -> JSON {
    let start = place
    _ = take("-")
    guard let first = peek, isDigit(first) else { throw fault("A digit is expected.") }
    let digits = place
    takeDigits()
    if first == UInt8(ascii: "0"), place > digits + 1 { throw fault("A number does not begin with a zero.") }
    var isWhole = true
    if take(".") {
      isWhole = false
      guard let next = peek, isDigit(next) else { throw fault("A digit is expected.") }
      takeDigits()
    }
    if take("e") || take("E") {
      isWhole = false
      _ = take("+") || take("-")
      guard let next = peek, isDigit(next) else { throw fault("A digit is expected.") }
      takeDigits()
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    return isWhole ? Int(text).map(JSON.int) ?? .string(text) : .string(text)
  }

  private mutating func readString() throws(JSONFault) -> String {
    place += 1
    var text: [UInt8] = []
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        place += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw fault("The text before this is not UTF-8.")
        }
        return string
      case UInt8(ascii: "\\"):
        place += 1
        try readEscape(into: &text)
      case ..<0x20: throw fault("A control character stands in a text.")
      default:
        text.append(byte)
        place += 1
      }
    }
    throw fault("A quote is opened and never closed.")
  }

  private mutating func readEscape(into text: inout [UInt8]) throws(JSONFault) {
    let plain: [UInt8: UInt8] = [
      UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
      UInt8(ascii: "/"): UInt8(ascii: "/"),
      UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
    ]
    guard let byte = peek else { throw fault("The text ends within an escape.") }
    place += 1
    if let meant = plain[byte] {
      text.append(meant)
      return
    }
    guard byte == UInt8(ascii: "u") else { throw fault("There is no such escape.") }
    var value = try readUnit()
    if (0xD800..<0xDC00).contains(value) {
      guard take("\\"), take("u") else { throw fault("Half of a character stands alone.") }
      let low = try readUnit()
      guard (0xDC00..<0xE000).contains(low) else { throw fault("Half of a character stands alone.") }
      value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw fault("Half of a character stands alone.") }
    text.append(contentsOf: String(Character(scalar)).utf8)
  }

  private mutating func readUnit() throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw fault("Four hexadecimal digits are expected.")
      }
      value = (value << 4) + UInt32(digit)
      place += 1
    }
    return value
  }

  private var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  private mutating func takeDigits() { while let byte = peek, isDigit(byte) { place += 1 } }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func skipBlanks() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
  }

  private func fault(_ message: String) -> JSONFault {
    let before = bytes[..<min(place, bytes.count)]
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let column = before[start...].count { $0 & 0xC0 != 0x80 } + 1
    return JSONFault(message: message, line: before.count { $0 == UInt8(ascii: "\n") } + 1, column: column)
  }
}
