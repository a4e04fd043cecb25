import RecordSchema
import YAMLReader

/// Which column of a table holds which field of a person.
public struct PeopleMapping: Sendable, Equatable {
  public struct Column: Sendable, Equatable {
    /// `first_name`, `external_ids.payroll`, `custom.pin`.
    public var field: String
    public var column: String
    public var dates: DateForm?
    /// What words of the table mean.
    public var words: [String: String] = [:]
    /// Between the units of one cell.
    public var separator: Character?

    public init(field: String, column: String) {
      self.field = field
      self.column = column
    }
  }

  public var columns: [Column] = []

  public init() {}

  /// Why a mapping cannot be used.
  public struct Fault: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
  }

  /// Reads a mapping's YAML: `columns:`, and below it `field: column` or `field: {column: ..., dates: ..., values: ...}`.
  public init(_ bytes: [UInt8]) throws(Fault) {
    let document = YAMLReader.read(bytes)
    if let problem = document.problems.first {
      throw Fault(description: "line \(problem.range.start.line): \(problem.message)")
    }
    guard let root = document.root, let columns = root["columns"]?.entries, root.entries?.count == 1 else {
      throw Fault(description: "A mapping has the line columns:, and below it lines such as first_name: Forename.")
    }
    for entry in columns {
      let line = entry.keyRange.start.line
      guard Self.isField(entry.key) else {
        throw Fault(description: "line \(line): a person has no field '\(entry.key)'.")
      }
      guard let name = entry.value.scalar ?? entry.value["column"]?.scalar, !name.isEmpty else {
        throw Fault(description: "line \(line): \(entry.key) names no column.")
      }
      var column = Column(field: entry.key, column: name)
      for setting in entry.value.entries ?? [] where setting.key != "column" {
        switch setting.key {
        case "dates":
          column.dates = setting.value.scalar.flatMap { DateForm(rawValue: $0) }
          if column.dates == nil {
            throw Fault(
              description:
                "line \(line): dates takes \(DateForm.allCases.map(\.rawValue).joined(separator: ", ")).")
          }
        case "values":
          for word in setting.value.entries ?? [] { column.words[word.key.lowercased()] = word.value.scalar ?? "" }
        case "separator": column.separator = setting.value.scalar?.first
        default: throw Fault(description: "line \(line): a column has no setting '\(setting.key)'.")
        }
      }
      self.columns.append(column)
    }
  }

  /// Says that a column holds a field, instead of what was said before.
  public mutating func set(_ field: String, column: String) throws(Fault) {
    guard Self.isField(field) else { throw Fault(description: "A person has no field '\(field)'.") }
    columns.removeAll { $0.field == field }
    columns.append(Column(field: field, column: column))
  }

  static func isField(_ name: String) -> Bool {
    if name.hasPrefix("external_ids.") || name.hasPrefix("custom.") { return !name.hasSuffix(".") }
    return name == "department"
      || Person.fields.contains { $0.name == name && !["external_ids", "source", "custom"].contains(name) }
  }

  /// Takes the columns whose names are usual for a field, as far as nothing else was said.
  ///
  /// - Parameter source: the system whose own number the column `id` holds; `nil`: nobody said, and it is not taken: as the
  ///   id of a person it could make somebody another's record.
  func completed(for header: [String], source: String?) -> PeopleMapping {
    var mapping = self
    for name in header {
      guard !mapping.columns.contains(where: { $0.column.lowercased() == name.lowercased() }) else { continue }
      let folded = HireReading.folded(name)
      let field = folded == "id" ? source.map { "external_ids.\($0)" } : Self.usualNames[folded] ?? Self.own(folded)
      guard let field, !mapping.columns.contains(where: { $0.field == field }) else { continue }
      mapping.columns.append(Column(field: field, column: name))
    }
    return mapping
  }

  private static func own(_ name: String) -> String? { name != "id" && isField(name) ? name : nil }

  private static let usualNames: [String: String] = [
    "staff_service_person_id": "id", "person_id": "id",
    "employee_number": "employee_reference", "employee_no": "employee_reference", "employee_id": "employee_reference",
    "staff_number": "employee_reference", "staff_id": "employee_reference", "reference": "employee_reference",
    "personnel_number": "employee_reference",
    "forename": "first_name", "given_name": "first_name", "firstname": "first_name",
    "surname": "last_name", "family_name": "last_name", "lastname": "last_name", "known_as": "preferred_name",
    "email_address": "email", "e_mail": "email", "work_email": "email", "mail": "email",
    "position": "job_title", "title": "job_title", "role": "job_title", "jobtitle": "job_title",
    "start_date": "employment_start_date", "date_started": "employment_start_date",
    "hire_date": "employment_start_date",
    "end_date": "employment_end_date", "leaving_date": "employment_end_date", "date_left": "employment_end_date",
    "active": "is_active", "manager": "line_manager", "manager_reference": "line_manager", "grade": "salary_grade",
    "organisational_unit": "organisational_units", "unit": "organisational_units", "team": "organisational_units",
    "unit_name": "organisational_units", "department_name": "department",
  ]
}

/// How a table writes days.
public enum DateForm: String, Sendable, CaseIterable {
  case iso = "YYYY-MM-DD"
  case british = "DD/MM/YYYY"
  case american = "MM/DD/YYYY"
  case german = "DD.MM.YYYY"

  /// The day as records write it; `nil` when it is none. A time of day after it does not count; a day of zeros is none.
  func day(_ text: String) -> String? {
    let day = text.prefix { $0 != " " && $0 != "T" }
    let parts = day.split(omittingEmptySubsequences: false) { "-/.".contains($0) }.map { Int($0) }
    guard parts.count == 3, let one = parts[0], let two = parts[1], let three = parts[2] else { return nil }
    let date =
      switch self {
      case .iso: CalendarDate(year: one, month: two, day: three)
      case .british, .german: CalendarDate(year: three, month: two, day: one)
      case .american: CalendarDate(year: three, month: one, day: two)
      }
    return date?.description
  }
}
