import RecordSchema

/// One table of the zip in the making: all rows, or those that differ from what the system was given last.
final class OneRosterTable {
  let name: String
  private(set) var count = 0
  private let headings: [String]
  private let spool: SpoolFile
  /// For a delta: when its rows are said to have changed.
  private let moment: String?
  private var differences: Differences?

  /// - Parameter delta: the archive's name, under which the next run finds what this one told, and the moment.
  init(_ name: String, _ headings: [String], in set: ExportSet, delta: (archive: String, moment: String)?) throws {
    self.name = name
    self.headings = headings
    spool = try set.spool()
    moment = delta?.moment
    if let delta {
      let columns = headings.filter { $0 != "status" && $0 != "dateLastModified" }
      differences = try Differences("\(delta.archive)-\(name)", headings: (columns, columns), in: set) {
        [unowned self] in try tell($0)
      }
    }
  }

  /// All rows, rendered already.
  func write(_ bytes: [UInt8], rows: Int) throws {
    guard rows > 0 else { return }
    if count == 0 { try spool.write(CSVRow(headings).bytes) }
    try spool.write(bytes)
    count += rows
  }

  /// The next rows to compare, by key.
  func compare(_ rows: [OneRosterRow]) throws {
    for row in rows { try differences?.take(row.key, row.fields, farewell: row.farewell, isActive: row.isActive) }
  }

  func finish() throws { try differences?.finish() }

  func add(to archive: inout ZipArchive) throws { try archive.add("\(name).csv", spool) }

  private func tell(_ difference: Differences.Difference) throws {
    let told = (status: difference.new == nil ? "tobedeleted" : "active", at: moment ?? "")
    try write(OneRosterRow.bytes(difference.new ?? difference.farewell, told: told), rows: 1)
  }
}
