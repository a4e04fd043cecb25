import Editing
import RecordSchema

/// What one row of a table says of a person, in the words of a record.
struct PeopleRow {
  /// A field's path in the record, and its value.
  struct Value {
    let path: [String]
    let value: RecordValue
    let cell: PeopleTable.Cell
  }

  let row: PeopleTable.Row
  private(set) var values: [Value] = []
  private(set) var findings: [ImportFinding]

  private let customFields: [Configuration.CustomFieldDeclaration]

  init(
    _ row: PeopleTable.Row, _ mapping: PeopleMapping, _ dates: DateForm, _ units: UnitFinder,
    _ customFields: [Configuration.CustomFieldDeclaration]
  ) {
    self.row = row
    self.customFields = customFields
    findings = row.faults
    for cell in row.cells where !cell.text.isEmpty && cell.field != "department" {
      let column = mapping.columns.first { $0.field == cell.field }
      let text = column?.words[cell.text.lowercased()] ?? cell.text
      guard !text.isEmpty, let value = value(text, cell, column, dates, units) else { continue }
      values.append(Value(path: Self.path(cell.field), value: value, cell: cell))
    }
    if row["organisational_units"] == nil, let department = row["department"],
      let value = unit(nil, department.text, department, units)
    {
      values.append(Value(path: ["organisational_units"], value: .list([value]), cell: department))
    }
  }

  static func path(_ field: String) -> [String] {
    guard let dot = field.firstIndex(of: "."), field.hasPrefix("external_ids.") || field.hasPrefix("custom.") else {
      return [field]
    }
    return [String(field[..<dot]), String(field[field.index(after: dot)...])]
  }

  /// The field of a record that a cell fills, by the record's own name.
  func cell(of field: String) -> PeopleTable.Cell? {
    values.first { $0.path[0] == field }?.cell ?? row.cells.first { $0.field == field }
  }

  private mutating func value(
    _ text: String, _ cell: PeopleTable.Cell, _ column: PeopleMapping.Column?, _ dates: DateForm, _ units: UnitFinder
  ) -> RecordValue? {
    switch cell.field {
    case "id": return .word(text)
    case "employment_start_date", "employment_end_date":
      // What older databases write for no day at all.
      if text.hasPrefix("0000-00-00") { return nil }
      return (column?.dates ?? dates).day(text).map(RecordValue.word) ?? .text(text)
    case "is_active":
      return .word(Self.flags[text.lowercased()] ?? text)
    case "employment_status": return .text(HireReading.folded(text))
    case "organisational_units":
      let separators: [Character] = column?.separator.map { [$0] } ?? [";", "|"]
      return list(text.split(whereSeparator: separators.contains).map(String.init), cell, units)
    case _ where cell.field.hasPrefix("custom."):
      switch customFields.first(where: { "custom.\($0.name)" == cell.field })?.type {
      case .integer: return Int(text) == nil ? .text(text) : .word(text)
      case .boolean: return .word(Self.flags[text.lowercased()] ?? text)
      case .date: return (column?.dates ?? dates).day(text).map(RecordValue.word) ?? .text(text)
      case .string, nil: return .text(text)
      }
    default: return .text(text)
    }
  }

  private mutating func list(
    _ names: [String], _ cell: PeopleTable.Cell, _ units: UnitFinder
  ) -> RecordValue? {
    let found = names.map(trimmed).filter { !$0.isEmpty }.compactMap { unit($0, row["department"]?.text, cell, units) }
    return found.isEmpty ? nil : .list(found)
  }

  private mutating func unit(
    _ name: String?, _ department: String?, _ cell: PeopleTable.Cell, _ units: UnitFinder
  ) -> RecordValue? {
    func report(_ message: String, _ help: String) {
      findings.append(ImportFinding(rule("unknown-unit"), message, help: help).at(cell))
    }
    switch units.unit(name, department: department) {
    case .found(let unit): return .text(unit.code.rawValue)
    case .none: break
    case .unknown(_, let name, let near):
      report(
        "There is no unit '\(name)'.\(near.map { " Did you mean '\($0)'?" } ?? "")",
        "Add the unit below data/units first, or correct the table.")
    case .ambiguous(_, let name, let found):
      report(
        "Several units are called '\(name)': \(found.map(\.code.rawValue).joined(separator: ", ")).",
        "Write the unit's code, or name in department the unit above it.")
    case .elsewhere(let unit, let department):
      report("The unit '\(unit.name)' is not in '\(department)'.", "Correct one of the two.")
    }
    return nil
  }

  private static let flags = [
    "1": "true", "yes": "true", "y": "true", "true": "true", "active": "true",
    "0": "false", "no": "false", "n": "false", "false": "false", "inactive": "false", "left": "false",
  ]
}

extension ImportFinding {
  func at(_ cell: PeopleTable.Cell) -> ImportFinding {
    var finding = self
    (finding.field, finding.line, finding.column) = (cell.column, cell.line, cell.place)
    return finding
  }

  func at(_ row: PeopleTable.Row) -> ImportFinding {
    var finding = self
    finding.line = finding.line ?? row.line
    return finding
  }
}
