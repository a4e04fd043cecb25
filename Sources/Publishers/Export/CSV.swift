/// RFC 4180 text: commas, CR LF, and quotes only where the grammar needs them.
struct CSVRow {
  private(set) var bytes: [UInt8] = []

  init(_ fields: [String]) {
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(field)
    }
    bytes += "\r\n".utf8
  }

  private mutating func append(_ field: String) {
    let needsQuotes = field.utf8.contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n")
    }
    guard needsQuotes else {
      bytes += field.utf8
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in field.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

/// A column of a file: its heading, and what stands in it.
struct CSVColumn: Sendable {
  let heading: String
  let value: @Sendable (StaffList.Member, StaffList) -> String

  init(_ heading: String, _ value: @escaping @Sendable (StaffList.Member, StaffList) -> String) {
    self.heading = heading
    self.value = value
  }
}

extension ExportSet {
  /// A table with one row a person.
  func table(_ name: String, _ columns: [CSVColumn], of list: StaffList) throws {
    try file(name) { file in
      file.write(CSVRow(columns.map(\.heading)).bytes)
      for member in list.members { file.write(CSVRow(columns.map { $0.value(member, list) }).bytes) }
      return list.members.count
    }
  }
}
