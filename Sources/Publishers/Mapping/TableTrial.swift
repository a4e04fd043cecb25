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
  private let keepsRows: Bool
  private var kept: [[String]] = []
  private var places: [RowSorting.Place] = []

  /// - Parameter keepsRows: for ``firstRows(_:)``; then memory grows with the table.
  public init(_ mapping: TableMapping, _ context: StaffContext, keepsRows: Bool = false) throws {
    try mapping.checkUnits(context)
    self.mapping = mapping
    self.keepsRows = keepsRows
    maker = RowMaker(mapping, context)
  }

  public func take(_ members: [StaffMember]) {
    let (maker, keepsRows) = (maker, keepsRows)
    let parts = Workers.map(members, partSize: 256) { part in
      var faults: [TableFault] = []
      let rows = part.flatMap { maker.rows(of: $0, &faults) }
      let lines = TableFile.lines(rows, maker.mapping, TableText(maker.mapping.format), &faults)
      return (count: lines.count, rows: keepsRows ? rows : [], faults: faults)
    }
    for part in parts {
      add(part.count, part.faults)
      keep(part.rows)
    }
  }

  /// Why the table would not be written.
  public func finish() -> TableRefusal? {
    var found: [TableFault] = []
    let units = maker.unitRows(&found)
    let lines = TableFile.lines(units, mapping, TableText(mapping.format), &found)
    add(lines.count, found)
    if keepsRows { keep(units) }
    guard faultCount > 0 else { return nil }
    return TableRefusal(file: mapping.file, faults: faults, count: faultCount)
  }

  /// In the table's order; of a file of differences, what a first run would tell.
  public func firstRows(_ count: Int) -> [[String]] {
    RowSorting.sort(&places, by: mapping.order)
    return places.prefix(count).map { kept[$0.bytes.lowerBound] }
  }

  private func keep(_ rows: [MadeRow]) {
    for row in rows {
      places.append(RowSorting.place(of: row.subject, at: kept.count..<kept.count + 1, by: mapping.order))
      kept.append(row.fields)
    }
  }

  private func add(_ rows: Int, _ found: [TableFault]) {
    self.rows += rows
    let refusals = found.filter(\.isRefusal)
    faultCount += refusals.count
    faults += refusals.prefix(TableRefusal.limit - faults.count)
  }
}
