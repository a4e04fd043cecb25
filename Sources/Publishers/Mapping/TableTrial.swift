import RecordSchema
import Workers

/// Makes a table's rows as if it were written, and keeps none: whether it can be, and how many there are.
public final class TableTrial {
  private let mapping: TableMapping
  private let maker: RowMaker
  private var faults: [TableFault] = []
  private var faultCount = 0
  /// Of a full file; how many a file of differences will hold only the run can tell.
  public private(set) var rows = 0

  public init(_ mapping: TableMapping, _ context: StaffContext) {
    self.mapping = mapping
    maker = RowMaker(mapping, context)
  }

  public func take(_ members: [StaffMember]) {
    let maker = maker
    let parts = Workers.map(members, partSize: 256) { part in
      var faults: [TableFault] = []
      let rows = part.flatMap { maker.rows(of: $0, &faults) }
      let lines = TableFile.lines(rows, maker.mapping, TableText(maker.mapping.format), &faults)
      return (rows: lines.count, faults: faults)
    }
    for part in parts { add(part.rows, part.faults) }
  }

  /// Why the table would not be written.
  public func finish() -> TableRefusal? {
    var found: [TableFault] = []
    let units = maker.unitRows(&found)
    let lines = TableFile.lines(units, mapping, TableText(mapping.format), &found)
    add(lines.count, found)
    guard faultCount > 0 else { return nil }
    return TableRefusal(file: mapping.file, faults: faults, count: faultCount)
  }

  private func add(_ rows: Int, _ found: [TableFault]) {
    self.rows += rows
    let refusals = found.filter(\.isRefusal)
    faultCount += refusals.count
    faults += refusals.prefix(TableRefusal.limit - faults.count)
  }
}
