import RecordSchema

/// One CSV file for an HR or payroll system, with everybody in it.
public struct HRPublisher: Publisher {
  public static let system = "hr"
  public static let profiles = ["generic"]

  public init(_ settings: Configuration.SystemSettings) {}

  public func write(_ list: StaffList, profile: String, to set: ExportSet) throws {
    try set.table("employees.csv", Self.columns, of: list)
  }

  static let columns: [CSVColumn] = [
    CSVColumn("Employee Number") { member, _ in member.person.reference.rawValue },
    CSVColumn("First Name") { member, _ in member.person.firstName },
    CSVColumn("Last Name") { member, _ in member.person.lastName },
    CSVColumn("Email") { member, _ in member.person.email },
    CSVColumn("Position") { member, _ in member.person.jobTitle },
    CSVColumn("Start Date") { member, _ in member.person.startDate?.description ?? "" },
    CSVColumn("End Date") { member, _ in member.person.endDate?.description ?? "" },
    CSVColumn("Manager") { member, list in list.manager(of: member.person) ?? "" },
    CSVColumn("Salary Grade") { member, _ in member.person.salaryGrade ?? "" },
    CSVColumn("Status") { member, _ in member.status.rawValue },
  ]
}
