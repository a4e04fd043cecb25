import RecordSchema

/// A person's record as a file.
public enum PersonText {
  /// The fields that the record needs, in the order of the schema table; what holds by default is not written.
  ///
  /// - Parameter customFields: tell texts that look like a day from days.
  public static func lines(
    of person: Person, customFields: [Configuration.CustomFieldDeclaration] = []
  ) -> [RecordLine] {
    var lines: [RecordLine] = [
      .init("id", .word(String(person.id.rawValue))),
      .init("employee_reference", .text(person.reference.rawValue)),
    ]
    func add(_ name: String, _ value: RecordValue?) { if let value { lines.append(.init(name, value)) } }
    func text(_ text: String?) -> RecordValue? { text.flatMap { $0.isEmpty ? nil : .text($0) } }
    func day(_ date: CalendarDate?) -> RecordValue? { date.map { .word($0.description) } }
    add("first_name", text(person.firstName))
    add("last_name", text(person.lastName))
    add("preferred_name", text(person.preferredName))
    add("email", text(person.email))
    add("job_title", text(person.jobTitle))
    add("employment_start_date", day(person.startDate))
    add("employment_end_date", day(person.endDate))
    if person.employmentStatus != .active {
      add("employment_status", .word(person.employmentStatus.rawValue))
    }
    if !person.isActive { add("is_active", .word("false")) }
    add("line_manager", text(person.lineManager?.rawValue))
    add("salary_grade", text(person.salaryGrade))
    if !person.units.isEmpty { add("organisational_units", .list(person.units.map(value))) }
    add("photo_path", text(person.photoPath))
    if person.photoStatus != .approved { add("photo_status", .word(person.photoStatus.rawValue)) }
    add("signature_path", text(person.signaturePath))
    if !person.externalIDs.isEmpty {
      add("external_ids", .fields(person.externalIDs.map { .init($0.system, .text($0.id)) }))
    }
    add("source", person.source.map(value))
    let texts = Set(customFields.filter { $0.type == .string }.map(\.name))
    let custom = person.custom.compactMap { field in
      value(field.value, isText: texts.contains(field.name)).map { RecordLine(field.name, $0) }
    }
    if !custom.isEmpty { add("custom", .fields(custom)) }
    return lines
  }

  public static func value(_ assignment: UnitAssignment) -> RecordValue {
    guard assignment.from != nil || assignment.until != nil else { return .text(assignment.unit.rawValue) }
    var lines = [RecordLine("unit", .text(assignment.unit.rawValue))]
    if let from = assignment.from { lines.append(.init("from", .word(from.description))) }
    if let until = assignment.until { lines.append(.init("until", .word(until.description))) }
    return .fields(lines)
  }

  public static func value(_ source: Person.ImportSource) -> RecordValue {
    var lines: [RecordLine] = []
    if let system = source.system { lines.append(.init("system", .text(system))) }
    if let reference = source.reference { lines.append(.init("reference", .text(reference))) }
    // A moment is one to every reader.
    if let time = source.importedAt {
      lines.append(.init("imported_at", Instant(time) != nil ? .word(time) : .text(time)))
    }
    return .fields(lines)
  }

  /// A custom field's value; a date is written as one.
  private static func value(_ value: JSON, isText: Bool) -> RecordValue? {
    switch value {
    case .bool(let flag): .word(flag ? "true" : "false")
    case .int(let number): .word(String(number))
    case .string(let text): !isText && CalendarDate(text) != nil ? .word(text) : .text(text)
    case .null, .array, .object: nil
    }
  }

  /// A whole file.
  ///
  /// - Parameter header: a comment for its first line, such as the schema's place for editors.
  public static func file(_ lines: [RecordLine], header: String? = nil) -> [UInt8] {
    let all = (header.map { [$0] } ?? []) + RecordWriter.lines(of: lines)
    return Array((all.joined(separator: "\n") + "\n").utf8)
  }
}
