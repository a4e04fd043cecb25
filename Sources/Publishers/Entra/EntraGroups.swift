import RecordSchema

/// `groups.json`: the units with their active people.
///
/// People pass by in the order of their ids, but stand here by unit; until the end only their places are kept in memory.
final class EntraGroups: StaffFile {
  private let set: ExportSet
  private let context: StaffContext
  private let spool: SpoolFile
  private var places: [UnitID: [Range<Int>]] = [:]

  init(_ set: ExportSet, _ context: StaffContext) throws {
    self.set = set
    self.context = context
    spool = try set.spool()
  }

  func take(_ members: [StaffMember]) throws {
    for member in members where member.status.isActive && EntraUser.fault(member.person) == nil {
      let place = try spool.write(Array("\(member.person.reference) \(member.person.email)".utf8))
      for unit in member.units { places[unit.id, default: []].append(place) }
    }
  }

  func finish() throws {
    try set.file("groups.json") { file in
      let units = context.units.sorted
      file.write("{\n  \"groups\": [")
      for (number, unit) in units.enumerated() {
        let group = EntraGroup.group(unit, members: try people(of: unit), context.units)
        file.write(number == 0 ? "\n" : ",\n")
        file.write(group.bytes)
      }
      file.write(units.isEmpty ? "]\n}\n" : "\n  ]\n}\n")
      return units.count
    }
  }

  private func people(of unit: Unit) throws -> [EntraGroup.Member] {
    try (places[unit.id] ?? []).map { place in
      // Neither a reference nor a user name that Entra takes holds a blank.
      let words = String(decoding: try spool.read(place), as: UTF8.self).split(separator: " ")
      return EntraGroup.Member(reference: String(words[0]), userName: String(words[1]))
    }
  }
}
