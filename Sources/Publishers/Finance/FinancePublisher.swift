import RecordSchema

/// CSV files for payroll: who is paid, and from which cost centre.
public struct FinancePublisher: Publisher {
  public static let system = "finance"
  public static let profiles: [(name: String, tables: [ReadyTable])] = [
    ("generic", [generic]), ("split", [split]), ("journal", [journal]),
    ("staffology", [PayrollBureaus.staffology]), ("sage", [PayrollBureaus.sage]),
  ]

  public init(_ settings: Configuration.SystemSettings) {}

  public func files(of profile: String, in set: ExportSet, _ context: StaffContext) -> [any StaffFile] {
    profile == "journal" ? [] : [MissingCostCentres(set, context)]
  }

  private static let generic = ReadyTable(
    "payroll.csv",
    """
    columns:
      # The number under which payroll knows the person, else the employee reference.
      - heading: Payroll ID
        first_of: [external_ids.payroll, external_ids.finance, employee_reference]
      - First Name: first_name
      - Last Name: last_name
      # Of the primary unit, or the nearest one above it that has one.
      - Cost Centre: unit_cost_centre
      - Organisational Unit: unit_name
      - Payroll Status: status
      - Start Date: employment_start_date
      - End Date: employment_end_date
    """)

  private static let split = ReadyTable(
    "payroll-split.csv",
    """
    # One row for each unit that somebody works in; a person's shares add up to 100.00.
    rows: memberships
    # Whoever is in no unit has a row as well: nobody may vanish from payroll's sight.
    unassigned: true
    columns:
      - heading: Payroll ID
        first_of: [external_ids.payroll, external_ids.finance, employee_reference]
      - First Name: first_name
      - Last Name: last_name
      - Cost Centre: unit_cost_centre
      - Organisational Unit: unit_name
      - Share: share
      - Payroll Status: status
    """)

  private static let journal = ReadyTable(
    "journal.csv",
    """
    # One row for each value that differs from what payroll was given last.
    content: changes
    columns:
      - heading: Payroll ID
        first_of: [external_ids.payroll, external_ids.finance, employee_reference]
      - First Name: first_name
      - Last Name: last_name
      - As Of: as_of
      - Change: change
      - Field: changed_column
      - Old Value: old_value
      - New Value: new_value
    changes_of:
      - heading: Payroll ID
        first_of: [external_ids.payroll, external_ids.finance, employee_reference]
      - First Name: first_name
      - Last Name: last_name
      - Cost Centre: unit_cost_centre
      - Organisational Unit: unit_name
      - Payroll Status: status
      - Start Date: employment_start_date
      - End Date: employment_end_date
    """)
}

/// Notes who has no cost centre, neither of the primary unit nor of one above it.
private final class MissingCostCentres: StaffFile {
  private let set: ExportSet
  private let context: StaffContext

  init(_ set: ExportSet, _ context: StaffContext) {
    self.set = set
    self.context = context
  }

  func take(_ members: [StaffMember]) {
    for member in members where member.status.isActive && member.units.first.flatMap(context.costCentre) == nil {
      set.note(
        "\(member.person.reference): no cost centre, neither of the primary unit nor of one above it.")
    }
  }

  func finish() {}
}
