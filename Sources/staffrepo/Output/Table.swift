/// Rows as columns of even width.
struct Table {
  private var rows: [[String]]

  init(_ headings: String...) { rows = [headings] }

  init(_ headings: [String], rows: [[String]]) { self.rows = [headings] + rows }

  mutating func add(_ cells: String...) { rows.append(cells) }

  var text: String {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { cell, width in cell + String(repeating: " ", count: width - cell.count) }
      var line = cells.joined(separator: "  ")
      while line.hasSuffix(" ") { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }
}
