import RecordSchema
import YAMLReader

/// A person's file, read as the schema table says.
enum PersonDecoder {
  static let fieldNames = Person.fields.map(\.name)

  static func read(
    path: String, document: YAMLDocument, configuration: Configuration, lines: [UInt8]
  ) -> Reading<Person> {
    var reader = FieldReader(file: path)
    let stem = fileStem(of: path)
    reader.subject = stem
    guard let fields = reader.rootFields(of: document, known: fieldNames, what: "A person", own: "employee_reference")
    else {
      return .unreadable(path: path, stem: stem, lines: lines, findings: reader.findings)
    }
    let id = reader.identifier(fields["id"], "id")
    let isActive = reader.boolean(fields["is_active"], "is_active")
    let person = person(from: fields, id: id, isActive: isActive, configuration, &reader)
    let isHeld = reader.isBlocked || !document.problems.isEmpty
    return Reading(
      path: path, stem: stem, draft: person, isWhole: !isHeld, claimedID: id,
      saysInactive: Reading<Person>.saysInactive(document, lines), saysActive: isActive == true,
      findings: reader.findings)
  }

  private static func person(
    from fields: FieldNodes, id: Int?, isActive: Bool?, _ configuration: Configuration,
    _ reader: inout FieldReader
  ) -> Person {
    let reference = reader.reference(fields["employee_reference"], "employee_reference", blocks: true)
    if let reference { reader.subject = reference.rawValue }
    var person = Person(id: PersonID(id ?? 0), reference: reference ?? EmployeeReference(""))
    person.firstName = reader.text(fields["first_name"], "first_name", length: 1...64) ?? ""
    person.lastName = reader.text(fields["last_name"], "last_name", length: 1...64) ?? ""
    person.preferredName = reader.text(fields["preferred_name"], "preferred_name", length: 1...64)
    person.email = reader.email(fields["email"], "email") ?? ""
    person.jobTitle = reader.text(fields["job_title"], "job_title", length: 1...128) ?? ""
    person.startDate = reader.date(fields["employment_start_date"], "employment_start_date")
    person.endDate = reader.date(fields["employment_end_date"], "employment_end_date")
    person.employmentStatus =
      reader.choice(
        fields["employment_status"], "employment_status", of: Person.EmploymentStatus.self, blocks: true) ?? .active
    person.isActive = isActive ?? true
    person.lineManager = reader.reference(fields["line_manager"], "line_manager")
    person.salaryGrade = reader.text(fields["salary_grade"], "salary_grade", length: 1...32)
    person.units = reader.unitAssignments(fields["organisational_units"])
    person.photoPath = reader.path(fields["photo_path"], "photo_path")
    // An unreadable status is not an approval.
    let isPhotoStatusSaid = fields["photo_status"].map { !$0.isEmpty } ?? false
    person.photoStatus =
      reader.choice(fields["photo_status"], "photo_status", of: Person.PhotoStatus.self)
      ?? (isPhotoStatusSaid ? .pending : .approved)
    person.signaturePath = reader.path(fields["signature_path"], "signature_path")
    person.externalIDs = reader.externalIDs(fields["external_ids"])
    person.source = reader.source(fields["source"])
    person.custom = reader.custom(fields["custom"], configuration)
    reportMissing(of: person, in: fields, configuration, &reader)
    return person
  }

  private static let requiredFields = [
    "id", "employee_reference", "first_name", "last_name", "email", "job_title", "employment_start_date",
  ]

  private static func reportMissing(
    of person: Person, in fields: FieldNodes, _ configuration: Configuration, _ reader: inout FieldReader
  ) {
    let isComplete =
      person.id.rawValue > 0 && person.startDate != nil
      && ![person.reference.rawValue, person.firstName, person.lastName, person.email, person.jobTitle].contains("")
    if isComplete { return }
    func isMissing(_ name: String) -> Bool {
      let holdsText = name != "id" && name != "employment_start_date"
      return fields[name].map { holdsText ? $0.isEmpty : $0.isNull } ?? true
    }
    for name in Self.requiredFields where isMissing(name) {
      let isRequired = !Configuration.relaxableFields.contains(name) || configuration.requiredFields.contains(name)
      reader.missing(
        name, what: "A person's record", severity: isRequired ? nil : .warning, isWritten: fields[name] != nil)
      if isRequired, ["id", "employee_reference", "employment_start_date"].contains(name) { reader.isBlocked = true }
    }
  }
}

extension FieldReader {
  mutating func unitAssignments(_ node: YAMLNode?) -> [UnitAssignment] {
    let field = "organisational_units"
    guard let items = list(node, field) else {
      if let node, !node.isEmpty { isBlocked = true }
      return []
    }
    // An item that cannot be read keeps its place, so that findings about the others are placed right.
    return items.map { unitAssignment($0, field) ?? UnitAssignment(unit: UnitCode("")) }
  }

  private mutating func unitAssignment(_ item: YAMLNode, _ field: String) -> UnitAssignment? {
    if item.entries == nil, !item.isEmpty {
      return unitCode(item, field, blocks: true).map { UnitAssignment(unit: $0) }
    }
    guard let parts = fields(item, known: ["unit", "from", "until"], what: "A unit of a person"),
      let code = unitCode(parts["unit"], "unit", blocks: true)
    else {
      isBlocked = true
      report(.missingField, "An item of \(field) names no unit.", at: item.range, help: "Add a line: unit: ...")
      return nil
    }
    let from = date(parts["from"], "from")
    let until = date(parts["until"], "until")
    return UnitAssignment(unit: code, from: from, until: until)
  }

  fileprivate mutating func source(_ node: YAMLNode?) -> Person.ImportSource? {
    guard let node, !node.isEmpty else { return nil }
    guard let parts = fields(node, known: ["system", "reference", "imported_at"], what: "source") else {
      report(.wrongType, "source takes the lines system, reference and imported_at.", at: node.range)
      return nil
    }
    return Person.ImportSource(
      system: text(parts["system"], "source.system", length: 1...64),
      reference: text(parts["reference"], "source.reference", length: 1...128),
      importedAt: text(parts["imported_at"], "source.imported_at", length: 1...64, isMoment: true))
  }

  fileprivate mutating func custom(_ node: YAMLNode?, _ configuration: Configuration) -> [Person.CustomField] {
    guard let node, !node.isEmpty else { return [] }
    let declared = configuration.customFields
    guard let parts = fields(node, known: declared.map(\.name), what: "custom in staffrepo.yaml") else {
      report(.wrongType, "custom takes lines of field: value.", at: node.range)
      return []
    }
    return declared.compactMap { field in
      parts[field.name].flatMap { customValue($0, field) }.map { .init(name: field.name, value: $0) }
    }
  }

  private mutating func customValue(_ node: YAMLNode, _ field: Configuration.CustomFieldDeclaration) -> JSON? {
    let name = "custom.\(field.name)"
    // An unreadable custom value does not decide who somebody is: it never holds the record.
    let wasBlocked = isBlocked
    defer { isBlocked = wasBlocked }
    switch field.type {
    case .boolean: return boolean(node, name).map(JSON.bool)
    case .date: return date(node, name).map { .string($0.description) }
    case .integer:
      guard let text = scalar(node, name) else { return nil }
      guard case .scalar(_, isPlain: true) = node.content, let number = Int(text) else {
        report(
          .notAnInteger, "\(name) takes a whole number.", at: node.range, help: "Write digits only, without quotes.")
        return nil
      }
      return .int(number)
    case .string:
      guard let text = text(node, name, length: 1...1000) else { return nil }
      if !field.values.isEmpty, !field.values.contains(text) {
        report(.unknownValue, "\(name) takes \(field.values.joined(separator: ", ")); not '\(text)'.", at: node.range)
      }
      return .string(text)
    }
  }
}
