import RecordSchema
import Workers

/// A file that a ``TableMapping`` describes.
final class TableFile: StaffFile {
  private let mapping: TableMapping
  private let maker: RowMaker
  private let set: ExportSet
  private let output: TableOutput
  private var differences: TableDifferences?
  private var faults: [TableFault] = []
  private var faultCount = 0

  init(_ mapping: TableMapping, in set: ExportSet, _ context: StaffContext) throws {
    self.mapping = mapping
    self.set = set
    maker = RowMaker(mapping, context)
    output = try TableOutput(mapping, in: set, context)
    if mapping.content != .full {
      differences = try TableDifferences(mapping, in: set, context) { [unowned self] in try tell($0, $1) }
    }
  }

  func take(_ members: [StaffMember]) throws {
    guard mapping.rows != .units else { return }
    if mapping.content == .leavers {
      // Whoever only moved out of the filter has not left.
      for member in members where !member.status.hasLeft && !maker.isWanted(member) {
        if let key = maker.key(of: member) { differences?.use(key) }
      }
    }
    let (maker, isFull) = (maker, mapping.content == .full)
    let parts = Workers.map(members, partSize: 256) { part in
      var faults: [TableFault] = []
      let rows = part.flatMap { maker.rows(of: $0, &faults) }
      let lines = isFull ? Self.lines(rows, maker.mapping, TableText(maker.mapping.format), &faults) : []
      return (rows: rows, lines: lines, faults: faults)
    }
    for part in parts {
      refuse(part.faults)
      for line in part.lines { try output.write(line.bytes, of: line.subject) }
      if !isFull { for row in part.rows { try differences?.take(row) } }
    }
  }

  func finish() throws {
    var found: [TableFault] = []
    let units = maker.unitRows(&found)
    if mapping.content == .full {
      for line in Self.lines(units, mapping, output.text, &found) { try output.write(line.bytes, of: line.subject) }
    } else {
      for row in units { try differences?.take(row) }
    }
    try differences?.finish()
    refuse(found)
    guard faultCount == 0 else { throw TableRefusal(file: mapping.file, faults: faults, count: faultCount) }
    try output.finish()
  }

  typealias Line = (bytes: [UInt8], subject: RowSubject)

  static func lines(
    _ rows: [MadeRow], _ mapping: TableMapping, _ text: TableText, _ faults: inout [TableFault]
  ) -> [Line] {
    rows.compactMap { row in
      do {
        return (try text.row(row.fields), row.subject)
      } catch {
        faults.append(fault(error, mapping, row.subject))
        return nil
      }
    }
  }

  private static func fault(_ error: any Error, _ mapping: TableMapping, _ subject: RowSubject?) -> TableFault {
    guard let fault = error as? TableText.Fault else { return TableFault(subject, column: "", "\(error)") }
    return TableFault(subject, column: mapping.columns[fault.column].heading, fault.message)
  }

  private func refuse(_ found: [TableFault]) {
    for note in found where !note.isRefusal { set.note("\(mapping.file): \(note.text).") }
    let found = found.filter(\.isRefusal)
    faultCount += found.count
    faults += found.prefix(TableRefusal.limit - faults.count)
  }

  /// A row of differences.
  private func tell(_ fields: [String], _ subject: RowSubject?) throws {
    do {
      try output.write(output.text.row(fields), of: subject)
    } catch let fault as TableText.Fault {
      refuse([Self.fault(fault, mapping, subject)])
    }
  }
}

extension TableMapping {
  /// A filter that names a unit which is not there would let nobody through, and tell everybody gone.
  public func checkUnits(_ context: StaffContext) throws {
    guard let missing = filter.units?.first(where: { context.units[$0] == nil }) else { return }
    throw PublisherError(
      "\(file) is not written: its filter names the unit \(missing.rawValue), which is not there. Correct systems: in staffrepo.yaml."
    )
  }

}
