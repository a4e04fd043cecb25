import RecordSchema

/// The rows of a table that only says what differs from what the system was given last.
final class TableDifferences {
  private typealias Values = [ExportField.Name: String]

  private let mapping: TableMapping
  private var differences: Differences?
  /// Cells that speak of the run, such as its day: they are left out of the comparison.
  private var ofTheRun: [Int: String] = [:]
  private let keyColumn: Int?
  /// The row at hand, while it is compared.
  private var current: MadeRow?
  private let output: ([String], RowSubject?) throws -> Void

  /// - Parameter output: called with each row of the file, and whom it speaks of; `nil`: a record that is gone.
  init(
    _ mapping: TableMapping, in set: ExportSet, _ context: StaffContext,
    output: @escaping ([String], RowSubject?) throws -> Void
  ) throws {
    self.mapping = mapping
    self.output = output
    keyColumn = mapping.keyColumn
    let nobody = RowSubject(Unit(id: UnitID(0), code: UnitCode("")))
    for (place, column) in mapping.columns.enumerated() {
      let fields = column.source.fields
      guard !fields.isEmpty, fields.allSatisfy(\.isOfTheRun) else { continue }
      var wasCut = false
      ofTheRun[place] = try? column.text(nobody, context, &wasCut)
    }
    let headings = mapping.columns.map(\.heading)
    differences = try Differences(
      mapping.file,
      headings: (mapping.content == .changes ? mapping.watched.map(\.heading) : headings, headings), in: set
    ) { [unowned self] in try tell($0) }
  }

  func take(_ row: MadeRow) throws {
    current = row
    let isActive = row.subject.member.map { !$0.status.hasLeft } ?? row.subject.unit?.isActive ?? false
    let isChanges = mapping.content == .changes
    if let key = key(of: row.fields), mapping.content != .leavers || isActive { use(key, unit: row.key.second) }
    try differences?.take(
      row.key, isChanges ? row.watched : compared(row.fields),
      farewell: isChanges ? row.fields : compared(row.farewell), isActive: isActive,
      comparesActivity: mapping.content == .leavers)
    current = nil
  }

  func finish() throws {
    try differences?.finish()
    // Whoever has the key now keeps it: a reference may pass from one person to another.
    var told: Set<Known> = []
    for farewell in farewells
    where !keysInUse.contains(farewell.known.hashValue) && told.insert(farewell.known).inserted {
      try tell(farewell.fields, [.change: "removed"], nil)
    }
  }

  private func compared(_ fields: [String]) -> [String] {
    var fields = fields
    for place in ofTheRun.keys { fields[place] = "" }
    return fields
  }

  private func tell(_ difference: Differences.Difference) throws {
    let subject = current?.key == difference.key ? current?.subject : nil
    switch mapping.content {
    case .full: break
    case .delta: try tellRow(difference, subject)
    case .leavers:
      let isKnown = difference.wasActive || difference.old == nil
      guard isKnown, !difference.isActive else { return }
      if let new = difference.new { try tell(new, [.change: "updated"], subject) }
      sayFarewell(difference)
    case .changes: try tellValues(difference, subject)
    }
  }

  /// A key under which the system knows a row: the text, and in files of memberships the unit.
  private struct Known: Hashable {
    let key: String
    let unit: Int
  }

  /// Rows that end, told when it is known that nobody else has their key now.
  private var farewells: [(known: Known, fields: [String])] = []
  /// Of every row that is there now, as hashes: they are many.
  private var keysInUse: Set<Int> = []

  /// Somebody who works here has this key, whatever the table's filter lets through.
  func use(_ key: String, unit: Int = 0) {
    if !key.isEmpty { keysInUse.insert(Known(key: key, unit: unit).hashValue) }
  }

  private func tellRow(_ difference: Differences.Difference, _ subject: RowSubject?) throws {
    let hasOtherKeys = sayFarewell(difference)
    guard let new = difference.new else { return }
    let isNew = difference.old == nil || hasOtherKeys
    try tell(new, [.change: isNew ? "created" : "updated"], subject)
  }

  /// Under every key that the system may know and the row has no longer.
  ///
  /// - Returns: whether there is any.
  @discardableResult
  private func sayFarewell(_ difference: Differences.Difference) -> Bool {
    var left = Set(([difference.old ?? []] + difference.perhaps).compactMap { key(of: $0) })
    if difference.new == nil, left.isEmpty, let key = key(of: difference.farewell) { left.insert(key) }
    if let key = difference.new.flatMap({ key(of: $0) }) { left.remove(key) }
    // The column was not there before: by it the system knows nobody yet.
    left.remove("")
    for key in left.sorted() {
      farewells.append(
        (Known(key: key, unit: difference.key.second), replacingKey(of: difference.farewell, by: key)))
    }
    return !left.isEmpty
  }

  private func key(of fields: [String]) -> String? {
    keyColumn.flatMap { fields.indices.contains($0) ? fields[$0] : nil }
  }

  private func replacingKey(of fields: [String], by key: String) -> [String] {
    var fields = fields
    if let keyColumn, fields.indices.contains(keyColumn) { fields[keyColumn] = key }
    return fields
  }

  private func tellValues(_ difference: Differences.Difference, _ subject: RowSubject?) throws {
    let change = difference.new == nil ? "removed" : difference.old == nil ? "created" : "updated"
    let row = difference.new == nil ? difference.farewell : current?.fields ?? difference.farewell
    for (place, column) in mapping.watched.enumerated() {
      let (old, new) = (difference.old?[place] ?? "", difference.new?[place] ?? "")
      // Where nobody knows what arrived, a value that went back is told as well.
      let isCertain = difference.perhaps.allSatisfy { ($0.isEmpty ? "" : $0[place]) == new }
      guard old != new || !isCertain else { continue }
      try tell(row, [.change: change, .changedColumn: column.heading, .oldValue: old, .newValue: new], subject)
    }
  }

  /// Puts in what a row of differences says of itself and of the run.
  private func tell(_ fields: [String], _ values: Values, _ subject: RowSubject?) throws {
    let fields = mapping.columns.indices.map { place in
      let column = mapping.columns[place]
      if let text = ofTheRun[place] { return text }
      guard case .field(.named(let name)) = column.source, let value = values[name] else { return fields[place] }
      return column.codes.map { $0[value] ?? value } ?? value
    }
    try output(fields, subject)
  }
}
