import Editing
import RecordSchema

/// A table of people as another system has it, one value for each field of each row.
struct PeopleTable: Sendable {
  struct Cell: Sendable {
    let field: String
    let column: String
    let text: String
    let line: Int?
    let place: Int?
  }

  struct Row: Sendable {
    /// From 1, the header not counted.
    let number: Int
    /// In the file; `nil` for JSON.
    let line: Int?
    var cells: [Cell] = []
    var faults: [ImportFinding] = []

    subscript(field: String) -> Cell? { cells.first { $0.field == field && !$0.text.isEmpty } }
  }

  private(set) var rows: [Row] = []
  private(set) var mapping = PeopleMapping()
  /// Columns that are not taken.
  private(set) var ignored: [String] = []

  init(
    table bytes: [UInt8], encoding: CSVReader.Encoding, mapping given: PeopleMapping, source: String?
  ) throws(UnreadableImport) {
    let lines: [CSVReader.Row]
    do { lines = try CSVReader.rows(bytes, encoding: encoding) } catch {
      throw UnreadableImport(message: error.message, line: error.line, column: error.column)
    }
    guard let header = lines.first else { throw UnreadableImport(message: "The table is empty.", line: 1, column: 1) }
    let names = header.cells.map { trimmed($0.text) }
    try choose(names, given, source)
    for (number, line) in lines.dropFirst().enumerated() {
      var row = Row(number: number + 1, line: line.line)
      if line.cells.count != names.count {
        var fault = ImportFinding(
          rule("wrong-type"),
          "The row has \(line.cells.count) values; the first line names \(names.count) columns.",
          help: "Look for a missing quote around a value with a comma.")
        fault.line = line.line
        row.faults.append(fault)
      }
      for (name, cell) in zip(names, line.cells) {
        guard let column = mapping.columns.first(where: { $0.column.lowercased() == name.lowercased() }) else {
          continue
        }
        row.cells.append(
          Cell(field: column.field, column: name, text: trimmed(cell.text), line: cell.line, place: cell.column))
      }
      rows.append(row)
    }
  }

  /// A list of objects, or an object that holds one.
  init(json bytes: [UInt8], mapping given: PeopleMapping, source: String?) throws(UnreadableImport) {
    let json: JSON
    do { json = try JSON(reading: bytes) } catch {
      throw UnreadableImport(message: "This is not JSON: \(error.message)", line: error.line, column: error.column)
    }
    guard let items = Self.items(json) else {
      throw UnreadableImport(message: "People come as a list of objects.")
    }
    var names: [String] = []
    var seen: Set<String> = []
    for case .object(let members) in items { names += members.map(\.name).filter { seen.insert($0).inserted } }
    try choose(names, given, source)
    for (number, item) in items.enumerated() {
      var row = Row(number: number + 1, line: nil)
      guard case .object(let members) = item else {
        row.faults.append(ImportFinding(rule("wrong-type"), "Person \(number + 1) is no object."))
        rows.append(row)
        continue
      }
      for member in members {
        guard let column = mapping.columns.first(where: { $0.column.lowercased() == member.name.lowercased() }),
          let text = Self.text(member.value, column)
        else { continue }
        row.cells.append(
          Cell(field: column.field, column: member.name, text: trimmed(text), line: nil, place: nil))
      }
      rows.append(row)
    }
  }

  private static func items(_ json: JSON) -> [JSON]? {
    switch json {
    case .array(let items): items
    case .object(let members):
      members.compactMap { if case .array(let items) = $0.value { items } else { nil } }.first
    default: nil
    }
  }

  private static func text(_ json: JSON, _ column: PeopleMapping.Column) -> String? {
    switch json {
    case .bool(let flag): flag ? "true" : "false"
    case .array(let items): items.compactMap(HireReading.text).joined(separator: String(column.separator ?? ";"))
    default: HireReading.text(json)
    }
  }

  private mutating func choose(
    _ names: [String], _ given: PeopleMapping, _ source: String?
  ) throws(UnreadableImport) {
    let folded = names.map { $0.lowercased() }
    if let missing = given.columns.first(where: { !folded.contains($0.column.lowercased()) }) {
      throw UnreadableImport(
        message:
          "There is no column '\(missing.column)', which is to hold \(missing.field). There are: \(names.joined(separator: ", ")).",
        line: 1, column: 1)
    }
    if let twice = folded.first(where: { name in !name.isEmpty && folded.count { $0 == name } > 1 }) {
      throw UnreadableImport(message: "Two columns are called '\(twice)'.", line: 1, column: 1)
    }
    mapping = given.completed(for: names, source: source)
    ignored = names.filter { name in !mapping.columns.contains { $0.column.lowercased() == name.lowercased() } }
    guard !mapping.columns.isEmpty else {
      throw UnreadableImport(
        message: "None of the columns is known. Say which is which: --column first_name=Forename", line: 1, column: 1)
    }
  }
}
