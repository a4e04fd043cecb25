import RecordSchema

/// Rows as the bytes of a file. For one thread.
///
/// Sources: RFC 4180; OWASP, CSV Injection (with the line feed, since August 2025).
final class TableText {
  /// Why a cell cannot be written.
  struct Fault: Error {
    /// The cell's place in its row, from 0.
    let column: Int
    let message: String
  }

  private let format: TableFormat
  private let converter: TextConverter
  private let isPlain: Bool

  init(_ format: TableFormat) {
    self.format = format
    converter = TextConverter(format.encoding)
    isPlain = format.encoding == .utf8
  }

  var mark: [UInt8] {
    guard format.hasByteOrderMark else { return [] }
    return format.encoding == .utf16LittleEndian ? [0xFF, 0xFE] : [0xEF, 0xBB, 0xBF]
  }

  /// A row with its line end; throws ``Fault``.
  ///
  /// - Parameter isData: headings are no formulas, whatever they begin with.
  func row(_ fields: [String], isData: Bool = true) throws -> [UInt8] {
    var line: [UInt8] = []
    for (column, field) in fields.enumerated() {
      if column > 0 { line.append(format.delimiter) }
      let text = isData ? try harmless(field, column) : field
      try append(text, of: fields.count, wasFormula: text.utf8.count != field.utf8.count, column, to: &line)
    }
    line += format.lineEnd == .crlf ? [0x0D, 0x0A] : [0x0A]
    if isPlain { return line }
    do {
      return try converter.bytes(String(decoding: line, as: UTF8.self))
    } catch let error as TextConverter.Unmappable {
      throw fault(error.character, in: fields)
    }
  }

  /// A line that is no row.
  func line(_ text: String) throws -> [UInt8] {
    let bytes = Array(text.utf8) + (format.lineEnd == .crlf ? [0x0D, 0x0A] : [0x0A])
    do {
      return try converter.bytes(String(decoding: bytes, as: UTF8.self))
    } catch let error as TextConverter.Unmappable {
      throw fault(error.character, in: [text])
    }
  }

  private func append(
    _ field: String, of count: Int, wasFormula: Bool, _ column: Int, to line: inout [UInt8]
  ) throws(Fault) {
    let delimiter = format.delimiter
    let needsQuotes = field.utf8.contains { $0 == delimiter || $0 == 0x22 || $0 == 0x0D || $0 == 0x0A }
    switch format.quoting {
    case .none:
      if field.utf8.contains(where: { $0 == delimiter || $0 == 0x0D || $0 == 0x0A }) {
        throw Fault(
          column: column,
          message: "'\(field)' holds the character that separates columns, and the table is written without quotes")
      }
      line += field.utf8
    // A row of nothing but an empty cell would be an empty line, which readers skip.
    case .minimal where !needsQuotes && !wasFormula && !(count == 1 && field.isEmpty): line += field.utf8
    case .minimal, .all:
      line.append(0x22)
      for byte in field.utf8 {
        if byte == 0x22 { line.append(byte) }
        line.append(byte)
      }
      line.append(0x22)
    }
  }

  /// The text as a spreadsheet may read it.
  private func harmless(_ field: String, _ column: Int) throws(Fault) -> String {
    guard format.formulas != .off, let first = field.utf8.first,
      [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D, 0x0A].contains(first), !isNumber(field)
    else { return field }
    guard format.formulas == .prefix else {
      throw Fault(
        column: column, message: "'\(field)' would be run as a formula by a spreadsheet, and the table takes none")
    }
    return "'" + field
  }

  private func isNumber(_ text: String) -> Bool {
    let digits = text.utf8.dropFirst()
    return (text.hasPrefix("-") || text.hasPrefix("+")) && !digits.isEmpty
      && digits.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
  }

  private func fault(_ character: Unicode.Scalar, in fields: [String]) -> Fault {
    let code = String(character.value, radix: 16, uppercase: true)
    let number = String(repeating: "0", count: max(0, 4 - code.count)) + code
    return Fault(
      column: fields.firstIndex { $0.unicodeScalars.contains(character) } ?? 0,
      message: "'\(character)' (U+\(number)) cannot be written in \(format.encoding.rawValue)")
  }
}
