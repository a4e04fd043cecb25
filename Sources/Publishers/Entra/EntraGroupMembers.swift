import RecordSchema

/// `members-<unit code>.csv` for each unit: the admin centre's template of a group's members, for its "Import members".
///
/// A unit without active people has no file: there would be nobody to import, and the import never removes anybody.
final class EntraGroupMembers: StaffFile {
  private let set: ExportSet
  private let context: StaffContext
  private let start: [UInt8]
  private var members: EntraMembers

  init(_ settings: Configuration.SystemSettings, _ set: ExportSet, _ context: StaffContext) throws {
    self.set = set
    self.context = context
    start = EntraTemplate.versionRow(settings) + CSVRow([Self.heading]).bytes
    members = try EntraMembers(in: set, context)
  }

  static let heading = "Member object ID or user principal name [memberObjectIdOrUpn] Required"

  func take(_ members: [StaffMember]) throws { try self.members.take(members) }

  func finish() throws {
    let names = Self.names(context.units.sorted)
    for unit in context.units.sorted {
      let people = try members.people(of: unit)
      guard !people.isEmpty, let name = names[unit.id] else { continue }
      try set.file(name) { file in
        file.write(start)
        for person in people { file.write(CSVRow([person.userName]).bytes) }
        return people.count
      }
    }
  }

  /// Files' names are told apart by what every file system tells apart. A code as codes should be is the name itself; any
  /// other gets the unit's number.
  static func names(_ units: [Unit]) -> [UnitID: String] {
    var names: [UnitID: String] = [:]
    var taken: Set<String> = []
    let (plain, others) = (units.filter(isPlain), units.filter { !isPlain($0) })
    for unit in plain + others {
      let code = String(unit.code.rawValue.lowercased().prefix(100).map { isPlain($0) ? $0 : "_" })
      var name = "members-\(code)"
      if !isPlain(unit) || taken.contains(name) { name += "_\(unit.id.rawValue)" }
      taken.insert(name)
      names[unit.id] = name + ".csv"
    }
    return names
  }

  private static func isPlain(_ unit: Unit) -> Bool {
    let code = unit.code.rawValue
    return !code.isEmpty && code.count <= 100 && code.allSatisfy(isPlain)
  }

  private static func isPlain(_ letter: Character) -> Bool {
    letter == "-" || letter.isASCII && (letter.isLowercase || letter.isNumber)
  }
}
