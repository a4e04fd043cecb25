import RecordSchema

/// The rows of a table that only says what differs from what the system was given last.
final class TableDifferences {
  private typealias Values = [ExportField.Name: String]

  private let mapping: TableMapping
  private let set: ExportSet
  private var differences: Differences?
  /// Cells that speak of the run, such as its day: they are left out of the comparison.
  private var ofTheRun: [Int: String] = [:]
  private let keyColumn: Int?
  private let standoff: Standoff
  /// The row at hand, while it is compared.
  private var current: MadeRow?
  private let output: ([String], RowSubject?) throws -> Void

  /// - Parameter output: called with each row of the file, and whom it speaks of; `nil`: a record that is gone.
  init(
    _ mapping: TableMapping, in set: ExportSet, _ context: StaffContext,
    output: @escaping ([String], RowSubject?) throws -> Void
  ) throws {
    self.mapping = mapping
    self.set = set
    self.output = output
    keyColumn = mapping.keyColumn
    standoff = try Standoff(mapping, in: set, context)
    let nobody = RowSubject(Unit(id: UnitID(0), code: UnitCode("")))
    for (place, column) in mapping.columns.enumerated() {
      let fields = column.source.fields
      guard !fields.isEmpty, fields.allSatisfy(\.isOfTheRun) else { continue }
      var wasCut = false
      ofTheRun[place] = try? column.text(nobody, context, &wasCut)
    }
    differences = try Differences(mapping.file, headings: mapping.givenHeadings, in: set) { [unowned self] in
      try tell($0)
    }
  }

  func take(_ row: MadeRow) throws {
    if let id = row.subject.member?.person.id, standoff.contains(id) { return try leaveOut(row) }
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

  /// Whoever works here stays as the system has them, and under that key. A leaver is told as gone.
  private func leaveOut(_ row: MadeRow) throws {
    guard row.subject.member?.status.hasLeft == false, let kept = try differences?.keep(row.key), !kept.states.isEmpty
    else { return }
    let keys = mapping.knownKeys(kept.states, kept.farewell)
    for key in keys { use(key, unit: row.key.second) }
    let known = keys.sorted().joined(separator: " or ")
    set.note("\(mapping.file): \(row.subject.name) stays as the system has it, as \(known), while that is in doubt.")
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

  private func key(of fields: [String]) -> String? { mapping.key(of: fields) }

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

extension TableMapping {
  /// The headings of what is remembered of a row.
  fileprivate var givenHeadings: (row: [String], farewell: [String]) {
    let headings = columns.map(\.heading)
    return (content == .changes ? watched.map(\.heading) : headings, headings)
  }

  fileprivate func key(of fields: [String]) -> String? {
    keyColumn.flatMap { fields.indices.contains($0) ? fields[$0] : nil }
  }

  /// By which keys the system may know a row. A file of changes remembers other columns than its rows have.
  fileprivate func knownKeys(_ states: [[String]], _ farewell: [String]) -> [String] {
    Set((content == .changes ? [farewell] : states).compactMap(key(of:))).filter { !$0.isEmpty }
  }
}

extension Standoff {
  /// Of a table whose rows a system knows by people's references or addresses.
  fileprivate init(_ mapping: TableMapping, in set: ExportSet, _ context: StaffContext) throws {
    let fields = mapping.keyColumn.map { mapping.columns[$0].source.fields } ?? []
    let name: Bearers.Name? =
      fields.contains(.named(.employeeReference)) ? .reference : fields.contains(.named(.email)) ? .email : nil
    guard let bearers = context.bearers, let name else {
      self.init()
      return
    }
    try self.init(
      bearers, by: [name], table: mapping.file, headings: mapping.givenHeadings, of: set.base,
      known: mapping.knownKeys, bearers: { bearers.bearers(of: $0.lowercased(), by: name) })
  }
}
