import RecordSchema

/// One CSV file for payroll: who is paid, and from which cost centre.
public struct FinancePublisher: Publisher {
  public static let system = "finance"
  public static let profiles = ["generic"]

  public init(_ settings: Configuration.SystemSettings) {}

  public func write(_ list: StaffList, profile: String, to set: ExportSet) throws {
    for member in list.members where member.status.isActive && costCentre(member, list).isEmpty {
      set.note("\(member.person.reference): no cost centre, neither of the primary unit nor of one above it.")
    }
    try set.table("payroll.csv", columns, of: list)
  }

  private var columns: [CSVColumn] {
    [
      CSVColumn("Payroll ID") { member, _ in payrollID(member.person) },
      CSVColumn("First Name") { member, _ in member.person.firstName },
      CSVColumn("Last Name") { member, _ in member.person.lastName },
      CSVColumn("Cost Centre", costCentre),
      CSVColumn("Organisational Unit") { member, _ in member.units.first?.name ?? "" },
      CSVColumn("Payroll Status") { member, _ in member.status.rawValue },
      CSVColumn("Start Date") { member, _ in member.person.startDate?.description ?? "" },
      CSVColumn("End Date") { member, _ in member.person.endDate?.description ?? "" },
    ]
  }
}

/// The number under which payroll knows the person; the employee reference where it knows none of its own.
private func payrollID(_ person: Person) -> String {
  person.externalIDs.first { $0.system == "payroll" || $0.system == "finance" }?.id ?? person.reference.rawValue
}

private func costCentre(_ member: StaffList.Member, _ list: StaffList) -> String {
  member.units.first.flatMap(list.costCentre) ?? ""
}
