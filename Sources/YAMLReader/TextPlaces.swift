import RecordSchema

extension UnsafeBufferPointer where Element == UInt8 {
  /// Line and column of a byte; a line ends with a line feed, and columns are counted in characters.
  package func position(ofByte offset: Int) -> SourcePosition {
    var position = SourcePosition(line: 1, column: 1)
    for byte in prefix(offset) {
      if byte == UInt8(ascii: "\n") {
        position = SourcePosition(line: position.line + 1, column: 1)
      } else if byte & 0xC0 != 0x80 {
        position.column += 1
      }
    }
    return position
  }
}

extension SourcePosition {
  /// The one character here.
  package var character: SourceRange { SourceRange(start: self, end: SourcePosition(line: line, column: column + 1)) }
}
