import RecordSchema

/// RFC 4180 text: commas, CR LF, and quotes only where the grammar needs them.
struct CSVRow {
  private(set) var bytes: [UInt8] = []

  init(_ fields: [String], end: String = "\r\n") {
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      CSVField.append(field.utf8, to: &bytes)
    }
    bytes += end.utf8
  }
}
