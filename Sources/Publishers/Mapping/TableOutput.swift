import RecordSchema

/// The file of a table: what stands around its rows, and their order.
final class TableOutput {
  let text: TableText
  private let mapping: TableMapping
  private let context: StaffContext
  private let set: ExportSet
  private let file: ExportFile
  /// Rows that wait until all are there: to be sorted, or because a line above them counts them.
  private var waiting: RowSorting?
  private var count = 0

  init(_ mapping: TableMapping, in set: ExportSet, _ context: StaffContext) throws {
    (self.mapping, self.context, self.set) = (mapping, context, set)
    file = try set.open(mapping.file)
    text = TableText(mapping.format)
    if mapping.order != .id || mapping.preamble.contains(where: { $0.contains("{rows}") }) {
      waiting = RowSorting(mapping.order, try set.spool())
    } else {
      try start()
    }
  }

  /// - Parameter subject: what the row is sorted by; `nil` for a row whose record is gone.
  func write(_ bytes: [UInt8], of subject: RowSubject?) throws {
    count += 1
    if let waiting { try waiting.add(bytes, subject) } else { file.write(bytes) }
  }

  func finish() throws {
    if let waiting {
      try start()
      try waiting.finish(file)
    }
    if let trailer = mapping.trailer { file.write(try text.line(filled(trailer))) }
    try set.close(file, rows: count)
  }

  private func start() throws {
    file.write(text.mark)
    do {
      for line in mapping.preamble { file.write(try text.line(filled(line))) }
      if mapping.headerRows > 0 { file.write(try text.row(mapping.columns.map(\.heading), isData: false)) }
      if mapping.headerRows > 1 { file.write(try text.row(mapping.columns.map(\.label), isData: false)) }
    } catch let fault as TableText.Fault {
      throw PublisherError("\(mapping.file) is not written, because of its headings: \(fault.message)")
    }
  }

  private func filled(_ line: String) -> String {
    line.replacing("{rows}", with: String(count)).replacing("{date}", with: context.asOf.description)
      .replacing("{organisation}", with: context.organisation.name)
  }
}
