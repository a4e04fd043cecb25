import RecordSchema
import Workers

/// A OneRoster CSV zip of people and units.
///
/// In bulk mode it is the whole truth: what is not in it is no more. A delta says of each row whether it is still there.
final class OneRoster: StaffFile {
  private let name: String
  private let set: ExportSet
  private let file: ExportFile
  private let rows: OneRosterRows
  private let isDelta: Bool
  private let orgs: OneRosterTable
  private let users: OneRosterTable
  /// In 1.1 roles stand with the users.
  private let roles: OneRosterTable?

  init(
    _ name: String, _ version: OneRosterVersion, isDelta: Bool = false, in set: ExportSet, _ context: StaffContext,
    _ options: LMSOptions
  ) throws {
    self.name = "\(name).zip"
    self.set = set
    self.isDelta = isDelta
    file = try set.open("\(name).zip")
    rows = OneRosterRows(version: version, context: context, options: options)
    // Never the clock: the same run made again gives the same bytes.
    let delta = isDelta ? (archive: name, moment: "\(context.asOf)T00:00:00.000Z") : nil
    orgs = try OneRosterTable("orgs", OneRosterVersion.orgHeadings, in: set, delta: delta)
    users = try OneRosterTable("users", version.userHeadings, in: set, delta: delta)
    roles =
      version == .v11 ? nil : try OneRosterTable("roles", OneRosterVersion.roleHeadings, in: set, delta: delta)
  }

  func take(_ members: [StaffMember]) throws {
    let (rows, isDelta, hasRoles) = (rows, isDelta, roles != nil)
    let parts = Workers.map(members, partSize: 256) { part in
      let taken = part.filter { rows.takes($0.person) }
      return (
        users: Part(taken.map(rows.user), isDelta: isDelta),
        roles: Part(hasRoles ? taken.flatMap(rows.roles) : [], isDelta: isDelta),
        leftOut: taken.count == part.count ? [] : part.filter { !rows.takes($0.person) }.map(\.person.reference)
      )
    }
    for part in parts {
      for reference in part.leftOut { set.note("\(reference): left out of \(name), name or e-mail is missing.") }
      try fill(users, part.users)
      if let roles { try fill(roles, part.roles) }
    }
  }

  func finish() throws {
    try fill(orgs, Part(rows.orgs, isDelta: isDelta))
    let tables = [orgs, users, roles].compactMap(\.self)
    for table in tables { try table.finish() }
    // A file without data rows is forbidden.
    let present = tables.filter { $0.count > 0 }
    var archive = ZipArchive(file)
    try archive.add("manifest.csv", manifest(Set(present.map(\.name))))
    for table in present { try table.add(to: &archive) }
    archive.finish()
    try set.close(file, rows: tables.map(\.count).reduce(0, +))
  }

  /// Rows of one table: to be compared one by one, or as bytes.
  private struct Part: Sendable {
    let rows: [OneRosterRow]
    let bytes: [UInt8]

    init(_ rows: [OneRosterRow], isDelta: Bool) {
      // By unit, not with the primary one first, is the order in which they can be compared.
      self.rows = isDelta ? rows.sorted { $0.key < $1.key } : rows
      bytes = isDelta ? [] : rows.flatMap { OneRosterRow.bytes($0.fields) }
    }
  }

  private func fill(_ table: OneRosterTable, _ part: Part) throws {
    if isDelta { try table.compare(part.rows) } else { try table.write(part.bytes, rows: part.rows.count) }
  }

  private func manifest(_ present: Set<String>) -> [UInt8] {
    let mode = isDelta ? "delta" : "bulk"
    let lines =
      [["propertyName", "value"], ["manifest.version", "1.0"], ["oneroster.version", rows.version.rawValue]]
      + rows.version.files.map { ["file.\($0)", present.contains($0) ? mode : "absent"] }
      + [["source.systemName", "staffrepo"], ["source.systemCode", "org-\(rows.context.organisation.id)"]]
    return lines.flatMap { CSVRow($0).bytes }
  }
}
