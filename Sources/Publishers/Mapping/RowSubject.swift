import RecordSchema

/// Whom or what a row speaks of.
struct RowSubject: Sendable {
  let member: StaffMember?
  /// The row's unit, or a person's primary one.
  let unit: Unit?
  let assignment: UnitAssignment?
  /// Of how many units this is which.
  let place: Int
  let count: Int

  init(_ member: StaffMember) {
    self.member = member
    unit = member.units.first
    assignment = nil
    (place, count) = (0, member.units.count)
  }

  init(_ member: StaffMember, unitAt place: Int, on date: CalendarDate) {
    let unit = member.units[place]
    self.member = member
    self.unit = unit
    assignment = member.person.units.first { $0.unit == unit.code && $0.isInForce(on: date) }
    (self.place, count) = (place, member.units.count)
  }

  /// Somebody who is in no unit, where rows are memberships.
  init(unassigned member: StaffMember) {
    self.member = member
    unit = nil
    assignment = nil
    (place, count) = (0, 1)
  }

  init(_ unit: Unit) {
    member = nil
    self.unit = unit
    assignment = nil
    (place, count) = (0, 0)
  }

  private init(
    _ member: StaffMember?, _ unit: Unit?, _ assignment: UnitAssignment?, place: Int, count: Int
  ) {
    self.member = member
    self.unit = unit
    self.assignment = assignment
    (self.place, self.count) = (place, count)
  }

  /// The same after the record was deleted.
  var departed: RowSubject {
    var unit = unit
    if member == nil { unit?.isActive = false }
    return RowSubject(member?.departed, unit, assignment, place: place, count: count)
  }

  /// As messages name it.
  var name: String { member?.person.reference.rawValue ?? unit?.code.rawValue ?? "" }

  /// Between a person's units, in hundredths of a percent; the first get what does not come out even.
  var share: Int {
    guard count > 0 else { return 0 }
    return 10_000 / count + (place < 10_000 % count ? 1 : 0)
  }
}

/// What a field says, before a column makes text of it.
enum FieldValue: Sendable {
  case nothing
  case text(String)
  case date(CalendarDate)
  case flag(Bool)
  case list([String])
}

extension ExportField {
  func value(_ subject: RowSubject, _ context: StaffContext) -> FieldValue {
    switch self {
    case .named(let name): name.value(subject, context)
    case .custom(let name, let isDate): custom(name, isDate, subject.member?.person)
    case .externalID(let system):
      .optional((subject.member?.person.externalIDs ?? subject.unit?.externalIDs)?.first { $0.system == system }?.id)
    }
  }

  private func custom(_ name: String, _ isDate: Bool, _ person: Person?) -> FieldValue {
    switch person?.custom.first(where: { $0.name == name })?.value {
    case .string(let text): (isDate ? CalendarDate(text).map { .date($0) } : nil) ?? .text(text)
    case .int(let number): .text(String(number))
    case .bool(let flag): .flag(flag)
    default: .nothing
    }
  }
}

extension FieldValue {
  static func optional(_ text: String?) -> FieldValue { text.flatMap { $0.isEmpty ? nil : .text($0) } ?? .nothing }
  static func optional(_ date: CalendarDate?) -> FieldValue { date.map { .date($0) } ?? .nothing }
}

extension ExportField.Name {
  fileprivate func value(_ subject: RowSubject, _ context: StaffContext) -> FieldValue {
    let (member, unit) = (subject.member, subject.unit)
    let person = member?.person
    let parent = unit?.parent.flatMap { context.units[$0] }
    return switch self {
    case .id: .optional((person?.id.rawValue ?? unit?.id.rawValue).map { String($0) })
    case .employeeReference: .optional(person?.reference.rawValue)
    case .firstName: .optional(person?.firstName)
    case .lastName: .optional(person?.lastName)
    case .preferredName: .optional(person?.preferredName)
    case .displayName: .optional(member?.displayName)
    case .email: .optional(person?.email)
    case .emailName: .optional(person?.email.split(separator: "@").first.map { String($0) })
    case .jobTitle: .optional(person?.jobTitle)
    case .startDate: .optional(person?.startDate)
    case .endDate: .optional(person?.endDate)
    case .employmentStatus: .optional(person?.employmentStatus.rawValue)
    case .status: .optional(member?.status.rawValue)
    case .isActive: member.map { .flag($0.status.isActive) } ?? .nothing
    case .lineManager: .optional(member?.manager?.reference.rawValue)
    case .lineManagerID: .optional((member?.manager?.id.rawValue).map { String($0) })
    case .lineManagerEmail: .optional(member?.manager?.email)
    case .salaryGrade: .optional(person?.salaryGrade)
    case .photoPath: .optional(person?.visiblePhotoPath)
    case .signaturePath: .optional(person?.signaturePath)
    case .unitCodes: .list(member?.units.map(\.code.rawValue) ?? [])
    case .unitNames: .list(member?.units.map(\.name) ?? [])
    case .isPrimary: .flag(subject.place == 0)
    case .share: .text(Self.percent(subject.share))
    case .unitFrom: .optional(subject.assignment?.from)
    case .unitUntil: .optional(subject.assignment?.until)
    case .unitID: .optional((unit?.id.rawValue).map { String($0) })
    case .unitCode: .optional(unit?.code.rawValue)
    case .unitName: .optional(unit?.name)
    case .unitType: .optional(unit?.type)
    case .unitParentCode: .optional(parent?.code.rawValue)
    case .unitParentName: .optional(parent?.name)
    case .unitCostCentre: .optional(unit.flatMap(context.costCentre))
    case .unitManager: .optional(unit?.manager?.rawValue)
    case .unitIsActive: unit.map { .flag($0.isActive) } ?? .nothing
    case .organisationID: .text(String(context.organisation.id))
    case .organisationName: .optional(context.organisation.name)
    case .commit: .text(context.commit)
    case .asOf: .date(context.asOf)
    // What a row of differences says of itself is put in when it is written.
    case .change, .changedColumn, .oldValue, .newValue: .nothing
    }
  }

  private static func percent(_ hundredths: Int) -> String {
    let rest = String(hundredths % 100)
    return "\(hundredths / 100).\(rest.count == 1 ? "0" : "")\(rest)"
  }
}
