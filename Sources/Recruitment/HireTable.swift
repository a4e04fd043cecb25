import RecordSchema

extension HireReading {
  /// Reads a table with a header row.
  init(table bytes: [UInt8], mapping: [RecruitmentSettings.Source.Field]) throws(UnreadableImport) {
    isBulk = true
    let rows: [CSVReader.Row]
    do {
      // The header row is none of them.
      rows = try CSVReader.rows(bytes, atMost: Self.readAtMost + 1)
    } catch {
      throw UnreadableImport(message: error.message, line: error.line, column: error.column)
    }
    guard let header = rows.first else { throw UnreadableImport(message: "The table is empty.", line: 1, column: 1) }
    let columns = header.cells.map { cell in
      let name = trimmed(cell.text)
      let mapped = mapping.first { $0.place.lowercased() == name.lowercased() }
      let known = Self.folded(name)
      return mapped.flatMap { NewHire.Field(rawValue: $0.name) }.map { Column(name, $0, rank: HireSaying.mapped) }
        ?? Column(name, Self.field(known), rank: Self.rank(of: known))
    }
    guard columns.contains(where: { $0.field != nil }) else {
      throw UnreadableImport(
        message:
          "None of the columns in the first line is known. Known are \(RecruitmentSettings.hireFields.joined(separator: ", ")).",
        line: header.line, column: 1)
    }
    let unknown = zip(header.cells, columns).filter { _, column in
      column.field == nil && !["", "source_system"].contains(column.name.lowercased())
    }
    for (cell, column) in unknown.prefix(Members.toldAtMost) {
      var note = ImportFinding(
        code: "S002", rule: "unknown-field", field: column.name,
        message:
          "The column '\(column.name)' is not taken.\(didYouMean(Self.folded(column.name), among: RecruitmentSettings.hireFields))",
        help: "Known are: \(RecruitmentSettings.hireFields.joined(separator: ", ")).")
      (note.line, note.column) = (cell.line, cell.column)
      notesOfAll.append(note)
    }
    for row in rows.dropFirst() { add(row, columns) }
  }

  private struct Column {
    let name: String
    /// `nil`: it is not taken.
    let field: NewHire.Field?
    let rank: Int

    init(_ name: String, _ field: NewHire.Field?, rank: Int) {
      (self.name, self.field, self.rank) = (name, field, rank)
    }
  }

  private mutating func add(_ row: CSVReader.Row, _ columns: [Column]) {
    var hire = NewHire(at: .init("", line: row.line))
    hire.isRow = true
    if row.cells.count != columns.count {
      var fault = ImportFinding(
        code: "S003", rule: "wrong-type",
        message: "The row has \(row.cells.count) values; the first line names \(columns.count) columns.",
        help: "Look for a missing quote around a value with a comma.")
      fault.line = row.line
      faults[hires.count] = [fault]
    }
    var sayings: [HireSaying] = []
    for (cell, column) in zip(row.cells, columns) {
      if column.name.lowercased() == "source_system" { hire.sourceSystem = trimmed(cell.text) }
      guard let field = column.field else { continue }
      let place = NewHire.Place(column.name, line: cell.line, column: cell.column)
      sayings.append(HireSaying(field: field, name: column.name, rank: column.rank, text: cell.text, place: place))
    }
    let passedOver = hire.take(sayings)
    if !passedOver.isEmpty { notes[hires.count] = passedOver }
    hires.append(hire)
  }

  /// `First Name` is `first_name`.
  static func folded(_ name: String) -> String {
    String(name.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
  }
}
