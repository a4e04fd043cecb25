import FileStore
import Publishers
import RecordSchema

/// The first rows of a system's tables, on the screen.
struct ExportPreview {
  private struct Enough: Error {}

  private let files: SystemFiles
  private let list: StaffList
  private let rows: Int

  init(_ files: SystemFiles, _ list: StaffList, rows: Int) {
    self.files = files
    self.list = list
    self.rows = rows
  }

  func show() throws {
    let tables = try files.tables()
    guard !tables.isEmpty else {
      throw Refusal("\(files.settings.name) gets no tables, so there are no rows to show. Write the files: --out DIR")
    }
    var seen: [StaffMember] = []
    do {
      try list.forEachPart { members in
        seen += members
        let isEnough = tables.allSatisfy { $0.preview(list.context, seen).rows.count >= rows }
        if isEnough { throw Enough() }
      }
    } catch is Enough {}
    for table in tables {
      let (found, faults) = table.preview(list.context, seen)
      Terminal.print("\(table.file):\n\(Table(table.columns.map(\.heading), rows: Array(found.prefix(rows))).text)\n")
      for fault in faults.prefix(rows) {
        Terminal.problem("\(table.file): \(fault.text)")
      }
    }
  }
}
