/// Reads comma-separated values as RFC 4180 has them, and tells where each value stands.
///
/// Lines may end with a line feed alone; a semicolon or a tab separates where the header row has no comma. A file that is not
/// well formed is refused as a whole: from a missing quote on, every row would be another's.
public struct CSVReader: Sendable {
  public struct Cell: Sendable, Equatable {
    public let text: String
    /// From 1; the column counts characters.
    public let line: Int
    public let column: Int
  }

  public struct Row: Sendable, Equatable {
    public let cells: [Cell]
    public var line: Int { cells.first?.line ?? 1 }
  }

  public struct Fault: Error, Sendable, Equatable, CustomStringConvertible {
    public let message: String
    public let line: Int
    public let column: Int
    public var description: String { "line \(line), column \(column): \(message)" }
  }

  public enum Encoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    case windows1252 = "windows-1252"
  }

  /// All rows, the header row first; empty lines are none.
  ///
  /// - Parameter limit: of a longer table the rest is not read.
  public static func rows(
    _ bytes: [UInt8], encoding: Encoding = .utf8, separator: UInt8? = nil, atMost limit: Int = .max
  ) throws(Fault) -> [Row] {
    var bytes = encoding == .windows1252 ? fromWindows1252(bytes) : bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    var reader = CSVReader(bytes: bytes, separator: separator ?? guess(bytes))
    var rows: [Row] = []
    while rows.count < limit, let row = try reader.next() {
      if row.cells.count > 1 || row.cells.first?.text.isEmpty == false { rows.append(row) }
    }
    return rows
  }

  /// The most values of a line. A table of people has some dozens of columns.
  private static let columnLimit = 4096

  private let bytes: [UInt8]
  private let separator: UInt8
  private var place = 0
  private var line = 1
  private var column = 1

  private init(bytes: [UInt8], separator: UInt8) {
    self.bytes = bytes
    self.separator = separator
  }

  private static func guess(_ bytes: [UInt8]) -> UInt8 {
    let header = bytes.prefix { $0 != UInt8(ascii: "\n") }
    return [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")].first(where: header.contains) ?? UInt8(ascii: ",")
  }

  private mutating func next() throws(Fault) -> Row? {
    guard place < bytes.count else { return nil }
    var cells: [Cell] = []
    while true {
      guard cells.count < Self.columnLimit else {
        throw Fault(message: "A line has more than \(Self.columnLimit) values.", line: line, column: column)
      }
      cells.append(try cell())
      guard place < bytes.count else { break }
      if bytes[place] == separator {
        step()
        continue
      }
      if bytes[place] == UInt8(ascii: "\r") { step() }
      if place < bytes.count, bytes[place] == UInt8(ascii: "\n") { step() }
      break
    }
    return Row(cells: cells)
  }

  private mutating func cell() throws(Fault) -> Cell {
    let (startLine, startColumn) = (line, column)
    var text: [UInt8] = []
    if place < bytes.count, bytes[place] == UInt8(ascii: "\"") {
      step()
      try quoted(into: &text, from: (startLine, startColumn))
      if place < bytes.count, bytes[place] != separator, !isLineEnd {
        throw Fault(message: "Something stands after the closing quote of a value.", line: line, column: column)
      }
    } else {
      while place < bytes.count, bytes[place] != separator, !isLineEnd {
        if bytes[place] == UInt8(ascii: "\"") {
          throw Fault(
            message: "A quote stands within a value that does not begin with one.", line: line, column: column)
        }
        text.append(bytes[place])
        step()
      }
    }
    guard let string = String(validating: text, as: UTF8.self) else {
      throw Fault(
        message: "This value is not UTF-8. If the file is from an older program, say --encoding windows-1252.",
        line: startLine, column: startColumn)
    }
    return Cell(text: string, line: startLine, column: startColumn)
  }

  private mutating func quoted(into text: inout [UInt8], from start: (line: Int, column: Int)) throws(Fault) {
    while place < bytes.count {
      let byte = bytes[place]
      step()
      if byte != UInt8(ascii: "\"") {
        text.append(byte)
      } else if place < bytes.count, bytes[place] == UInt8(ascii: "\"") {
        text.append(byte)
        step()
      } else {
        return
      }
    }
    throw Fault(message: "A quote is opened here and never closed.", line: start.line, column: start.column)
  }

  private var isLineEnd: Bool {
    if bytes[place] == UInt8(ascii: "\n") { return true }
    return bytes[place] == UInt8(ascii: "\r")
      && (place + 1 == bytes.count || bytes[place + 1] == UInt8(ascii: "\n"))
  }

  private mutating func step() {
    let byte = bytes[place]
    place += 1
    if byte == UInt8(ascii: "\n") {
      line += 1
      column = 1
    } else if byte & 0xC0 != 0x80 {
      column += 1
    }
  }

  private static func fromWindows1252(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for byte in bytes {
      if byte < 0x80 {
        result.append(byte)
      } else {
        let value = byte < 0xA0 ? upper[Int(byte - 0x80)] : UInt32(byte)
        result.append(contentsOf: String(Character(Unicode.Scalar(value) ?? "\u{FFFD}")).utf8)
      }
    }
    return result
  }

  /// 0x80 to 0x9F; what stands for nothing becomes U+FFFD.
  private static let upper: [UInt32] = [
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD,
    0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
    0x0153, 0xFFFD, 0x017E, 0x0178,
  ]
}
