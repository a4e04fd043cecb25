import RecordSchema
import Workers

/// Moodle's "Upload users" file: one row a learner, the units as cohorts. And with it the report of whom to take out of
/// which cohort, since an upload only adds.
///
/// Moodle finds accounts by user name, which is made of the e-mail address. So whoever has another address now needs a row
/// that names the old one, or they would have two accounts.
final class MoodleUsers: StaffFile {
  /// A line that waits until it is known how many columns there are.
  struct Row {
    let id: PersonID
    let place: Range<Int>
    let cohorts: Int
  }

  /// A person whose record is gone, while Moodle has the account.
  private struct Gone {
    let row: Row
    let name: String
    let former: [String]
    let isUncertain: Bool
  }

  private let set: ExportSet
  private let context: StaffContext
  private let options: LMSOptions
  private let file: ExportFile
  private let spool: SpoolFile
  private let removals: MoodleRemovals
  private let standoff: Standoff
  private var names: Differences?
  private var rows: [Row] = []
  private var renames: [MoodleRename] = []
  private var gone: [Gone] = []
  /// Whose a name is, by its hash: a few bytes each.
  private var taken: [UInt64: PersonID] = [:]
  /// Of the person at hand: what Moodle may know them by, and whether that is in doubt.
  private var former: (names: [String], isUncertain: Bool) = ([], false)

  init(_ set: ExportSet, _ context: StaffContext, _ options: LMSOptions) throws {
    self.set = set
    self.context = context
    self.options = options
    file = try set.open("moodle-users.csv")
    removals = try MoodleRemovals(in: set)
    spool = try set.spool()
    standoff =
      try context.bearers.map { bearers in
        let owners = bearers.all(by: .email).reduce(into: [:]) { $0[MoodleUser.name($1.key), default: []] += $1.value }
        return try Standoff(
          bearers, by: [.email], table: Self.table, of: set.base,
          known: { states, _ in states.map { $0[0] } }, bearers: { owners[$0] ?? [] })
      } ?? Standoff()
    names = try Differences(
      Self.table, headings: (["username"], MoodleUser.headings(options)), in: set
    ) { [unowned self] in try tell($0) }
  }

  private static let table = "moodle-users"

  func take(_ members: [StaffMember]) throws {
    let (context, options) = (context, options)
    let parts = Workers.map(members, partSize: 256) { part in part.map { MoodleUser($0, context, options) } }
    for user in parts.joined() {
      if let fault = fault(of: user) {
        try leaveOut(user, fault)
        continue
      }
      taken[Self.hash(user.name)] = user.id
      former = ([], false)
      try names?.take(
        RowKey(user.id.rawValue), [user.name], farewell: user.farewell, isActive: user.isActive)
      let row = Row(id: user.id, place: try spool.write(user.line), cohorts: user.cohorts.count)
      if !former.names.isEmpty {
        renames.append(
          MoodleRename(
            row: row, written: user.name, name: user.name, former: former.names, isUncertain: former.isUncertain))
      }
      // A rename in doubt may be refused, and with it all that its row says; so the row comes once more without.
      if former.names.isEmpty || former.isUncertain { rows.append(row) }
      try removals.take(user)
    }
  }

  /// Whoever works here keeps the account as it is; a leaver's is suspended even so, by the name that Moodle knows.
  private func leaveOut(_ user: MoodleUser, _ fault: String) throws {
    var account = ""
    if user.isActive {
      let known = Set(try names?.keep(RowKey(user.id.rawValue)).states.map { $0[0] } ?? [])
      for name in known where taken[Self.hash(name)] == nil { taken[Self.hash(name)] = user.id }
      let others = known.subtracting([user.name]).sorted()
      if !others.isEmpty { account = " Moodle knows the account by \(others.joined(separator: " or "))." }
    }
    try removals.keep(user.id)
    set.note("\(user.reference): left out of moodle-users.csv, \(fault)\(account)")
  }

  /// Why Moodle does not take somebody: without a first name, a last name, or a user name of their own.
  private func fault(of user: MoodleUser) -> String? {
    guard user.isWhole else { return "name or e-mail address is missing." }
    // As long as the columns of Moodle's user table.
    guard user.name.utf8.count <= 100 else {
      return "its e-mail address is longer than the 100 characters that Moodle takes."
    }
    if let shared = context.bearers?.fault(of: user.person, by: [.email]) { return shared }
    if standoff.contains(user.id) { return "Moodle knows somebody by this user name whose own is in doubt." }
    return taken[Self.hash(user.name)].map {
      "its user name \(user.name) is that of the person with the id \($0)."
    }
  }

  private func tell(_ difference: Differences.Difference) throws {
    let id = PersonID(difference.key.first)
    let name = difference.new?.first ?? difference.farewell.first ?? ""
    var known: [String] = []
    for other in (difference.perhaps.reversed() + [difference.old ?? []]).compactMap(\.first)
    where other != name && !known.contains(other) {
      known.append(other)
    }
    if difference.new != nil {
      former = (known, !difference.perhaps.isEmpty)
    } else {
      let row = Row(id: id, place: try spool.write(CSVRow(difference.farewell, end: "").bytes), cohorts: 0)
      gone.append(Gone(row: row, name: name, former: known, isUncertain: !difference.perhaps.isEmpty))
    }
  }

  // MARK: The file

  func finish() throws {
    try names?.finish()
    for one in gone {
      let isNeeded = taken[Self.hash(one.name)] != nil
      // Somebody else has that address now, and must not come into this account.
      let name = isNeeded ? "former-\(one.row.id.rawValue)" : one.name
      let former = isNeeded ? [one.name] + one.former : one.former
      removals.knows(one.row.id, by: name)
      if !former.isEmpty {
        renames.append(
          MoodleRename(row: one.row, written: one.name, name: name, former: former, isUncertain: one.isUncertain))
      }
      if !isNeeded { rows.append(one.row) }
    }
    try write()
    try removals.finish()
  }

  private func write() throws {
    let cohorts = (rows + renames.map(\.row)).map(\.cohorts).max() ?? 0
    let steps = renames.inOrder { rename, isLeft in
      set.note(
        isLeft
          ? "moodle-users.csv: people exchanged their addresses, \(rename.name) among them, and nobody knows whether Moodle has the last set. Look whose accounts these are, and rename them by hand."
          : "moodle-users.csv: people exchanged their addresses, \(rename.name) among them. Allow duplicate addresses for this upload."
      )
    }
    let headings = MoodleUser.headings(options) + (0..<cohorts).map { "cohort\($0 + 1)" }
    file.write(CSVRow(headings + (steps.isEmpty ? [] : ["oldusername"])).bytes)
    for step in steps {
      let rest = try spool.read(step.rename.row.place).dropFirst(step.rename.written.utf8.count)
      write(Array(step.to.utf8) + rest, step.rename.row, columns: cohorts, old: step.from)
    }
    for row in rows { write(try spool.read(row.place), row, columns: cohorts, old: steps.isEmpty ? nil : "") }
    try set.close(file, rows: rows.count + steps.count)
  }

  private func write(_ line: [UInt8], _ row: Row, columns: Int, old: String?) {
    let blanks = String(repeating: ",", count: columns - row.cohorts)
    file.write(line + Array("\(blanks)\(old.map { ",\($0)" } ?? "")\r\n".utf8))
  }

  /// FNV-1a: the same in every run.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}
