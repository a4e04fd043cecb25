import RecordSchema

/// Moodle's "Upload users" file: one row a learner, the units as cohorts.
final class MoodleUsers: StaffFile {
  private let set: ExportSet
  private let context: StaffContext
  /// The authentication method on every row; left out, Moodle would reset accounts to the import form's default.
  private let auth: String
  /// How many cohort columns there are is known at the end only.
  private let spool: SpoolFile
  private var rows: [(place: Range<Int>, cohorts: Int)] = []
  private var taken: [String: PersonID] = [:]

  init(_ set: ExportSet, _ context: StaffContext, auth: String) throws {
    self.set = set
    self.context = context
    self.auth = auth
    spool = try set.spool()
  }

  func take(_ members: [StaffMember]) throws {
    for member in members {
      guard let name = username(of: member) else { continue }
      let fields = fields(of: member, username: name)
      rows.append((try spool.write(CSVRow(fields, end: "").bytes), member.units.count))
    }
  }

  func finish() throws {
    try set.file("moodle-users.csv") { file in
      let cohorts = rows.map(\.cohorts).max() ?? 0
      file.write(CSVRow(Self.headings + (0..<cohorts).map { "cohort\($0 + 1)" }).bytes)
      for row in rows {
        file.write(try spool.read(row.place))
        file.write(String(repeating: ",", count: cohorts - row.cohorts) + "\r\n")
      }
      return rows.count
    }
  }

  private static let headings = [
    "username", "firstname", "lastname", "email", "auth", "idnumber", "department", "institution", "suspended",
  ]

  /// `nil` for whom Moodle does not take: without a first name, a last name, or a user name of their own.
  private func username(of member: StaffMember) -> String? {
    let person = member.person
    let name = Self.username(person.email)
    if name.isEmpty || person.firstName.isEmpty || person.lastName.isEmpty {
      set.note("\(person.reference): left out of moodle-users.csv, name or e-mail address is missing.")
      return nil
    }
    if let other = taken[name] {
      set.note(
        "\(person.reference): left out of moodle-users.csv, its user name \(name) is that of the person with the id \(other)."
      )
      return nil
    }
    taken[name] = person.id
    return name
  }

  private func fields(of member: StaffMember, username: String) -> [String] {
    let person = member.person
    return [
      username, person.firstName, person.lastName, person.email, auth, person.reference.rawValue,
      member.units.first?.name ?? "", context.organisation.name, member.status.isActive ? "0" : "1",
    ] + member.units.map { Self.cohort($0.code) }
  }

  /// As Moodle cleans user names: small letters, digits and `- _ . @`.
  static func username(_ email: String) -> String {
    if email.utf8.allSatisfy({ $0 < 0x80 }) {
      return String(
        decoding: email.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }.filter(UserNames.isKeptByMoodle),
        as: UTF8.self)
    }
    return email.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.@".contains($0)) }
  }

  /// Moodle reads a number as a cohort's own id, so such a code gets a prefix.
  static func cohort(_ code: UnitCode) -> String {
    code.rawValue.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      ? "unit-\(code)" : code.rawValue
  }
}
