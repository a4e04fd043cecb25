import RecordSchema

/// A file's bytes, edited by line and column.
public struct FileText: Sendable {
  public private(set) var bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public func holds(_ range: SourceRange) -> Bool { offset(of: range.start) != nil && offset(of: range.end) != nil }

  public mutating func replace(_ range: SourceRange, with text: String) {
    guard let start = offset(of: range.start), let end = offset(of: range.end), start <= end else { return }
    bytes.replaceSubrange(start..<end, with: text.utf8)
  }

  /// Lines end with a line feed; columns count characters, of which a byte order mark is none.
  public func offset(of position: SourcePosition) -> Int? {
    guard var index = offset(ofLine: position.line) else { return nil }
    var column = 1
    while column < position.column {
      guard index < bytes.count, bytes[index] != UInt8(ascii: "\n") else { return nil }
      index += 1
      while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
      column += 1
    }
    return index
  }

  /// Where a line begins; after the last one, the end of the file.
  func offset(ofLine line: Int) -> Int? {
    var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var current = 1
    while current < line {
      guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "\n")) else {
        return current + 1 == line ? bytes.count : nil
      }
      index = end + 1
      current += 1
    }
    return index
  }

  /// Replaces whole lines, from the first up to, not including, the second.
  mutating func replaceLines(_ first: Int, _ end: Int, with lines: [String]) {
    guard let start = offset(ofLine: first), let stop = offset(ofLine: end), start <= stop else { return }
    let lineEnd = usesCarriageReturns ? "\r\n" : "\n"
    var text = lines.map { $0 + lineEnd }.joined()
    // The last line of a file may have no end.
    if !text.isEmpty, start == bytes.count, start > 0, bytes[start - 1] != UInt8(ascii: "\n") { text = lineEnd + text }
    bytes.replaceSubrange(start..<stop, with: text.utf8)
  }

  private var usesCarriageReturns: Bool {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")), end > 0 else { return false }
    return bytes[end - 1] == UInt8(ascii: "\r")
  }

  /// Lines that end otherwise than with a line feed are counted otherwise by YAML, so that an edit would go astray.
  public static func countsLinesAsYAMLDoes(_ bytes: [UInt8]) -> Bool {
    let oddEnds: Set<Unicode.Scalar> = ["\u{85}", "\u{2028}", "\u{2029}"]
    let hasLoneReturn = zip(bytes, bytes.dropFirst() + [0]).contains { $0 == 0x0D && $1 != 0x0A }
    return !hasLoneReturn && !String(decoding: bytes, as: UTF8.self).unicodeScalars.contains(where: oddEnds.contains)
  }
}
