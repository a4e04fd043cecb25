/// Something that a column can say.
public enum ExportField: Sendable, Hashable {
  case named(Name)
  /// `custom.NAME`, of people.
  case custom(String, isDate: Bool)
  /// `external_ids.SYSTEM`, of people, or of units where rows are units.
  case externalID(String)

  public enum Name: String, Sendable, CaseIterable {
    // Of people.
    case id
    case employeeReference = "employee_reference"
    case firstName = "first_name"
    case lastName = "last_name"
    case preferredName = "preferred_name"
    case displayName = "display_name"
    case email
    case emailName = "email_name"
    case jobTitle = "job_title"
    case startDate = "employment_start_date"
    case endDate = "employment_end_date"
    case employmentStatus = "employment_status"
    case status
    case isActive = "is_active"
    case lineManager = "line_manager"
    case lineManagerID = "line_manager_id"
    case lineManagerEmail = "line_manager_email"
    case salaryGrade = "salary_grade"
    case photoPath = "photo_path"
    case signaturePath = "signature_path"
    case unitCodes = "unit_codes"
    case unitNames = "unit_names"
    // Of memberships.
    case isPrimary = "is_primary"
    case share
    case unitFrom = "unit_from"
    case unitUntil = "unit_until"
    // Of units: the row's, or a person's primary one.
    case unitID = "unit_id"
    case unitCode = "unit_code"
    case unitName = "unit_name"
    case unitType = "unit_type"
    case unitParentCode = "unit_parent_code"
    case unitParentName = "unit_parent_name"
    case unitCostCentre = "unit_cost_centre"
    case unitManager = "unit_manager"
    case unitIsActive = "unit_is_active"
    // Of the run.
    case organisationID = "organisation_id"
    case organisationName = "organisation_name"
    case commit
    case asOf = "as_of"
    // Of differences.
    case change
    case changedColumn = "changed_column"
    case oldValue = "old_value"
    case newValue = "new_value"
  }

  /// `nil` when there is no such field. Whether a custom field is declared is for the configuration to say.
  public init?(_ text: String) {
    if text.hasPrefix("custom."), text.count > 7 {
      self = .custom(String(text.dropFirst(7)), isDate: false)
    } else if text.hasPrefix("external_ids."), text.count > 13 {
      self = .externalID(String(text.dropFirst(13)))
    } else if let name = Name(rawValue: text) {
      self = .named(name)
    } else {
      return nil
    }
  }

  public var text: String {
    switch self {
    case .named(let name): name.rawValue
    case .custom(let name, _): "custom.\(name)"
    case .externalID(let system): "external_ids.\(system)"
    }
  }
}

extension ExportField {
  /// Of the run, not of a record: it differs from run to run, whatever the record says.
  public var isOfTheRun: Bool { self == .named(.asOf) || self == .named(.commit) }

  /// What only a row of differences says, of itself.
  public var isOfTheDifference: Bool {
    switch self {
    case .named(.change), .named(.changedColumn), .named(.oldValue), .named(.newValue): true
    default: false
    }
  }
}

extension ExportField.Name {
  /// Whether rows of this kind can say it.
  public func isKnown(in rows: TableMapping.Rows) -> Bool {
    switch self {
    case .id, .unitID, .unitCode, .unitName, .unitType, .unitParentCode, .unitParentName, .unitCostCentre, .unitManager,
      .unitIsActive, .organisationID, .organisationName, .commit, .asOf, .change, .changedColumn, .oldValue, .newValue:
      true
    case .isPrimary, .share, .unitFrom, .unitUntil: rows == .memberships
    default: rows != .units
    }
  }

  /// Only files of differences can say it.
  public func isKnown(in content: TableMapping.Content) -> Bool {
    switch self {
    case .change: content != .full
    case .changedColumn, .oldValue, .newValue: content == .changes
    default: true
    }
  }
}
