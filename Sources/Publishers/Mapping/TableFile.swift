import RecordSchema
import Workers

/// A file that a ``TableMapping`` describes.
final class TableFile: StaffFile {
  private let mapping: TableMapping
  private let maker: RowMaker
  private let set: ExportSet
  private let file: ExportFile
  private let text: TableText
  private var sorting: RowSorting?
  private var differences: Differences?
  /// What the row at hand speaks of, while it is compared.
  private var current: MadeRow?
  private var count = 0
  private var faults: [TableFault] = []
  private var faultCount = 0

  init(_ mapping: TableMapping, in set: ExportSet, _ context: StaffContext) throws {
    self.mapping = mapping
    self.set = set
    maker = RowMaker(mapping, context)
    file = try set.open(mapping.file)
    text = TableText(mapping.format)
    if mapping.order != .id { sorting = RowSorting(mapping.order, try set.spool()) }
    file.write(text.mark)
    for line in mapping.preamble { file.write(try text.line(filled(line))) }
    if mapping.headerRows > 0 { file.write(try headings(\.heading)) }
    if mapping.headerRows > 1 { file.write(try headings(\.label)) }
    if mapping.content != .full {
      differences = try Differences(mapping.file, in: set) { [unowned self] in try tell($0) }
    }
  }

  func take(_ members: [StaffMember]) throws {
    guard mapping.rows != .units else { return }
    let (maker, format, isFull) = (maker, mapping.format, mapping.content == .full)
    let parts = Workers.map(members, partSize: 256) { part in
      var faults: [TableFault] = []
      let rows = part.flatMap { maker.rows(of: $0, &faults) }
      let lines = isFull ? Self.lines(rows, maker.mapping, TableText(format), &faults) : []
      return (rows: rows, lines: lines, faults: faults)
    }
    for part in parts {
      refuse(part.faults)
      if isFull {
        for line in part.lines { try write(line.bytes, of: line.subject) }
      } else {
        for row in part.rows { try compare(row) }
      }
    }
  }

  func finish() throws {
    var found: [TableFault] = []
    let units = maker.unitRows(&found)
    if mapping.content == .full {
      for line in Self.lines(units, mapping, text, &found) { try write(line.bytes, of: line.subject) }
    } else {
      for row in units { try compare(row) }
    }
    try differences?.finish()
    refuse(found)
    guard faultCount == 0 else { throw TableRefusal(file: mapping.file, faults: faults, count: faultCount) }
    try sorting?.finish(file)
    if let trailer = mapping.trailer { file.write(try text.line(filled(trailer))) }
    try set.close(file, rows: count)
  }

  // MARK: Rows

  private typealias Line = (bytes: [UInt8], subject: RowSubject)

  private static func lines(
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
    faultCount += found.count
    faults += found.prefix(TableRefusal.limit - faults.count)
  }

  private func write(_ bytes: [UInt8], of subject: RowSubject?) throws {
    count += 1
    if let sorting { try sorting.add(bytes, subject) } else { file.write(bytes) }
  }

  // MARK: Differences

  private func compare(_ row: MadeRow) throws {
    current = row
    let isActive = row.subject.member?.status.isActive ?? row.subject.unit?.isActive ?? false
    let isChanges = mapping.content == .changes
    try differences?.take(
      row.key, isChanges ? row.watched : row.fields, farewell: isChanges ? row.fields : row.farewell,
      isActive: isActive, comparesActivity: mapping.content == .leavers)
    current = nil
  }

  private func tell(_ difference: Differences.Difference) throws {
    let change = difference.new == nil ? "removed" : difference.old == nil ? "created" : "updated"
    let subject = current?.key == difference.key ? current?.subject : nil
    switch mapping.content {
    case .full: break
    case .delta: try write(difference.new ?? difference.farewell, [.change: change], subject)
    case .leavers:
      // Whoever has not begun yet is no leaver.
      let isKnown = difference.wasActive || (difference.old == nil && subject?.member?.status != .pending)
      if isKnown, !difference.isActive { try write(difference.new ?? difference.farewell, [.change: change], subject) }
    case .changes:
      let row = difference.new == nil ? difference.farewell : current?.fields ?? difference.farewell
      for (place, column) in mapping.watched.enumerated() {
        let (old, new) = (difference.old?[checked: place] ?? "", difference.new?[checked: place] ?? "")
        guard old != new else { continue }
        try write(
          row, [.change: change, .changedColumn: column.heading, .oldValue: old, .newValue: new], subject)
      }
    }
  }

  /// Puts in what a row of differences says of itself.
  private func write(_ fields: [String], _ values: [ExportField.Name: String], _ subject: RowSubject?) throws {
    let fields = zip(mapping.columns, fields).map { column, text in
      guard case .field(.named(let name)) = column.source, let value = values[name] else { return text }
      return column.codes.map { $0[value] ?? value } ?? value
    }
    do {
      try write(text.row(fields), of: subject)
    } catch {
      refuse([Self.fault(error, mapping, subject)])
    }
  }

  // MARK: What stands around

  private func headings(_ text: (TableColumn) -> String) throws -> [UInt8] {
    do {
      return try self.text.row(mapping.columns.map(text), isData: false)
    } catch let fault as TableText.Fault {
      throw PublisherError("\(mapping.file) is not written: its headings: \(fault.message)")
    }
  }

  private func filled(_ line: String) -> String {
    let context = maker.context
    return line.replacing("{rows}", with: String(count)).replacing("{date}", with: context.asOf.description)
      .replacing("{organisation}", with: context.organisation.name)
  }
}

extension TableMapping {
  /// Only the rows of some people: what `export --preview` shows.
  public func preview(_ context: StaffContext, _ members: [StaffMember]) -> (rows: [[String]], faults: [TableFault]) {
    let maker = RowMaker(self, context)
    var faults: [TableFault] = []
    let rows = members.flatMap { maker.rows(of: $0, &faults) } + maker.unitRows(&faults)
    return (rows.map(\.fields), faults)
  }
}

extension [String] {
  fileprivate subscript(checked place: Int) -> String? { indices.contains(place) ? self[place] : nil }
}
