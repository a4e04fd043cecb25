import RecordSchema

/// CSV files for HR and payroll systems, with everybody in them.
public struct HRPublisher: Publisher {
  public static let system = "hr"
  public static let profiles: [(name: String, tables: [ReadyTable])] = [
    ("generic", [generic]), ("successfactors", [SuccessFactors.users]), ("oracle-hdl", []),
    ("staffology", [PayrollBureaus.staffology]), ("sage", [PayrollBureaus.sage]), ("changes", [changes]),
    ("leavers", [leavers]),
  ]

  private let settings: Configuration.SystemSettings

  public init(_ settings: Configuration.SystemSettings) { self.settings = settings }

  public func files(of profile: String, in set: ExportSet, _ context: StaffContext) throws -> [any StaffFile] {
    profile == "oracle-hdl" ? [try OracleHDL(settings, in: set, context)] : []
  }

  /// What both files say of a person after the number.
  private static let facts = """
      - First Name: first_name
      - Last Name: last_name
      - Email: email
      - Position: job_title
      - Start Date: employment_start_date
      - End Date: employment_end_date
      - Manager: line_manager
      - Salary Grade: salary_grade
      - Status: status
    """

  private static let generic = ReadyTable(
    "employees.csv",
    """
    columns:
      - Employee Number: employee_reference

    """ + facts)

  private static let changes = ReadyTable(
    "employees-changes.csv",
    """
    # Those who differ from what the system was given last.
    content: delta
    columns:
      - Employee Number: employee_reference
      - Change: change

    """ + facts)

  private static let leavers = ReadyTable(
    "leavers.csv",
    """
    # Those who are active no longer, and were when the system was given a file last.
    content: leavers
    columns:
      - Employee Number: employee_reference
      - First Name: first_name
      - Last Name: last_name
      - Email: email
      - End Date: employment_end_date
      - Status: status
    """)
}
