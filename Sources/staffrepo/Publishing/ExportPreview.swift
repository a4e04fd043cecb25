import ArgumentParser
import FileStore
import Publishers
import RecordSchema
import Records

/// A system's tables as they would be written, on the screen: the first rows, and every cell that cannot be written.
struct ExportPreview {
  let files: SystemFiles
  let staff: Staff
  let list: StaffList
  let rows: Int

  func show() throws {
    let tables = try files.tables()
    guard !tables.isEmpty else {
      throw Refusal("\(files.settings.name) gets no tables, so there are no rows to show. Write the files: --out DIR")
    }
    let trials = try tables.map { try TableTrial($0, list.context, keepsRows: true) }
    try list.forEachPart { members in for trial in trials { trial.take(members) } }
    var isWhole = true
    for (table, trial) in zip(tables, trials) {
      let refusal = trial.finish()
      Terminal.print("\(table.file): \(counted(trial.rows, "row")), \(form(table.format))")
      for line in table.preamble { Terminal.print(line) }
      Terminal.print(Table(table.columns.map(\.heading), rows: trial.firstRows(rows)).text.printableLines)
      if let trailer = table.trailer { Terminal.print(trailer) }
      if table.content != .full { Terminal.print("(of these, those that differ from what the system was given last)") }
      Terminal.print("")
      if let refusal {
        isWhole = false
        Terminal.problem(ExportFaults.text(refusal, staff))
      }
    }
    if !isWhole { throw ExitCode(1) }
  }

  private func form(_ format: TableFormat) -> String {
    let character = String(UnicodeScalar(format.delimiter))
    let delimiter = TableFormat.delimiterNames.first { $0.value == character }?.key ?? "'\(character)'"
    return
      "delimiter \(delimiter), \(format.encoding.rawValue)\(format.hasByteOrderMark ? " with a byte order mark" : "")"
  }
}

extension String {
  /// Each line without what a terminal would obey.
  fileprivate var printableLines: String {
    split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }.joined(separator: "\n")
  }
}
