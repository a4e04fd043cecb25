import RecordSchema

/// `groups.json`: the units with their active people.
final class EntraGroups: StaffFile {
  private let set: ExportSet
  private let context: StaffContext
  private var members: EntraMembers

  init(_ set: ExportSet, _ context: StaffContext) throws {
    self.set = set
    self.context = context
    members = try EntraMembers(in: set, context)
  }

  func take(_ members: [StaffMember]) throws { try self.members.take(members) }

  func finish() throws {
    try set.file("groups.json") { file in
      let units = context.units.sorted
      file.write("{\n  \"groups\": [")
      for (number, unit) in units.enumerated() {
        let group = EntraGroup.group(unit, members: try members.people(of: unit), context.units)
        file.write(number == 0 ? "\n" : ",\n")
        file.write(group.bytes)
      }
      file.write(units.isEmpty ? "]\n}\n" : "\n  ]\n}\n")
      return units.count
    }
  }
}
