/// One member of staff, as the record says, with defaults applied.
public struct Person: Sendable, Equatable {
  public var id: PersonID
  public var reference: EmployeeReference
  public var firstName = ""
  public var lastName = ""
  public var preferredName: String?
  public var email = ""
  public var jobTitle = ""
  public var startDate: CalendarDate?
  /// The last day worked, inclusive.
  public var endDate: CalendarDate?
  public var employmentStatus = EmploymentStatus.active
  /// `false` deactivates at once, whatever the dates say.
  public var isActive = true
  public var lineManager: EmployeeReference?
  public var salaryGrade: String?
  /// The first is the primary unit.
  public var units: [UnitAssignment] = []
  public var photoPath: String?
  public var photoStatus = PhotoStatus.approved
  public var signaturePath: String?
  /// Sorted by system.
  public var externalIDs: [ExternalID] = []
  public var source: ImportSource?
  /// In the order in which staffrepo.yaml declares the fields.
  public var custom: [CustomField] = []

  public init(id: PersonID, reference: EmployeeReference) {
    self.id = id
    self.reference = reference
  }

  public enum EmploymentStatus: String, Sendable, CaseIterable {
    case active
    case onLeave = "on_leave"
    case suspended
  }

  public enum PhotoStatus: String, Sendable, CaseIterable {
    case pending, approved, rejected
  }

  public struct CustomField: Sendable, Equatable {
    public var name: String
    public var value: JSON

    public init(name: String, value: JSON) {
      self.name = name
      self.value = value
    }
  }

  /// Where a recruitment import came from.
  public struct ImportSource: Sendable, Equatable {
    public var system: String?
    public var reference: String?
    public var importedAt: String?

    public init(system: String?, reference: String?, importedAt: String?) {
      self.system = system
      self.reference = reference
      self.importedAt = importedAt
    }
  }
}

/// The number under which another system knows a record.
public struct ExternalID: Sendable, Equatable {
  public var system: String
  public var id: String

  public init(system: String, id: String) {
    self.system = system
    self.id = id
  }
}

/// A person's place in a unit, for ever or between two dates (inclusive).
public struct UnitAssignment: Sendable, Equatable {
  public var unit: UnitCode
  public var from: CalendarDate?
  public var until: CalendarDate?

  public init(unit: UnitCode, from: CalendarDate? = nil, until: CalendarDate? = nil) {
    self.unit = unit
    self.from = from
    self.until = until
  }

  public func isInForce(on date: CalendarDate) -> Bool {
    if let from, date < from { return false }
    if let until, date > until { return false }
    return true
  }
}

/// What a person is on a given day.
public enum StaffStatus: String, Sendable, CaseIterable {
  case inactive, pending, left, active
  case onLeave = "on_leave"
  case suspended

  /// No longer with the organisation, as far as anybody knows; whoever has not begun yet has not left either.
  public var hasLeft: Bool { self == .left || self == .inactive }

  /// What downstream systems call active: the person is employed and not deactivated.
  public var isActive: Bool {
    switch self {
    case .active, .onLeave, .suspended: true
    case .inactive, .pending, .left: false
    }
  }
}

extension Person {
  public func status(on date: CalendarDate) -> StaffStatus {
    guard isActive else { return .inactive }
    if let startDate, date < startDate { return .pending }
    if let endDate, date > endDate { return .left }
    switch employmentStatus {
    case .active: return .active
    case .onLeave: return .onLeave
    case .suspended: return .suspended
    }
  }

  /// The days on which something about this person begins to differ from the day before, without any change of the
  /// record.
  public var boundaryDates: [CalendarDate] {
    var dates: [CalendarDate] = []
    if let startDate { dates.append(startDate) }
    if let endDate { dates.append(endDate.adding(days: 1)) }
    for unit in units {
      if let from = unit.from { dates.append(from) }
      if let until = unit.until { dates.append(until.adding(days: 1)) }
    }
    return dates
  }

  /// The photo's path when outputs may name it: only while it is approved.
  public var visiblePhotoPath: String? {
    photoStatus == .approved ? photoPath : nil
  }

  public var fullName: String {
    [firstName, lastName].filter { !$0.isEmpty }.joined(separator: " ")
  }
}
