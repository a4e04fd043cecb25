import RecordSchema
import Workers

/// `employees-delta.json`: the rows of employees.json that differ from what Digital ID was given last, and who is gone.
///
/// `previous` is the set that it follows; `null`: it holds everybody.
final class DigitalIDChanges: StaffFile {
  private let set: ExportSet
  private let context: StaffContext
  private let file: ExportFile
  /// Who is gone stands at the end.
  private let spool: SpoolFile
  private var differences: Differences?
  private var count = 0
  private var removedCount = 0

  init(_ set: ExportSet, _ context: StaffContext) throws {
    self.set = set
    self.context = context
    file = try set.open("employees-delta.json")
    spool = try set.spool()
    let differences = try Differences("employees-delta.json", in: set) { [unowned self] in try tell($0) }
    let previous: JSON = differences.isFirst ? .null : .optional(set.base?.arrived)
    file.write(
      "{\"commit\":\(JSON.string(context.commit).text),\"as_of\":\"\(context.asOf)\",\"previous\":\(previous.text),\"employees\":["
    )
    self.differences = differences
  }

  func take(_ members: [StaffMember]) throws {
    let context = context
    let parts = Workers.map(members, partSize: 256) { part in
      part.map { (row: DigitalIDPublisher.employee($0, context).text, farewell: Self.removed($0).text) }
    }
    for (member, line) in zip(members, parts.joined()) {
      try differences?.take(
        RowKey(member.person.id.rawValue), [line.row], farewell: [line.farewell], isActive: member.status.isActive)
    }
  }

  func finish() throws {
    try differences?.finish()
    file.write("\n],\"removed\":[")
    try spool.forEachPart { file.write($0) }
    file.write("\n]}\n")
    try set.close(file, rows: count + removedCount)
  }

  private func tell(_ difference: Differences.Difference) throws {
    if let row = difference.new?.first {
      file.write((count == 0 ? "\n" : ",\n") + row)
      count += 1
    } else {
      try spool.write(Array(((removedCount == 0 ? "\n" : ",\n") + (difference.farewell.first ?? "{}")).utf8))
      removedCount += 1
    }
  }

  /// Enough to find the person and to revoke the cards. What is gone has no name and no photo any more.
  private static func removed(_ member: StaffMember) -> JSON {
    [
      "staff_service_person_id": .int(member.person.id.rawValue),
      "employee_reference": .string(member.person.reference.rawValue), "is_active": false,
    ]
  }
}
