import RecordSchema

/// The active people of each unit whom Entra can know.
///
/// People pass by in the order of their ids, but stand in files by unit; until the end only their places are kept in memory.
struct EntraMembers {
  private let context: StaffContext
  private let spool: SpoolFile
  private var places: [UnitID: [Range<Int>]] = [:]

  init(in set: ExportSet, _ context: StaffContext) throws {
    self.context = context
    spool = try set.spool()
  }

  mutating func take(_ members: [StaffMember]) throws {
    for member in members where member.status.isActive && EntraUser.fault(member.person, context) == nil {
      let place = try spool.write(Array("\(member.person.reference) \(member.person.email)".utf8))
      for unit in member.units { places[unit.id, default: []].append(place) }
    }
  }

  /// Those of the unit itself, without those of units below it.
  func people(of unit: Unit) throws -> [EntraGroup.Member] {
    try (places[unit.id] ?? []).map { place in
      // Neither a reference nor a user name that Entra takes holds a blank.
      let words = String(decoding: try spool.read(place), as: UTF8.self).split(separator: " ")
      return EntraGroup.Member(reference: String(words[0]), userName: String(words[1]))
    }
  }
}
