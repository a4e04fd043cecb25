import RecordSchema

/// A person as Moodle's "Upload users" takes them.
struct MoodleUser: Sendable {
  let person: Person
  /// The key by which Moodle finds the account.
  let name: String
  /// As bytes of a line, without its end.
  let line: [UInt8]
  /// The cells for a person whose record is deleted: nobody logs in by the account any more.
  let farewell: [String]
  /// By unit id; each unit once.
  let cohorts: [(unit: UnitID, cohort: String)]
  /// Moodle takes nobody without a name and an address.
  let isWhole: Bool
  let isActive: Bool

  var id: PersonID { person.id }
  var reference: EmployeeReference { person.reference }

  init(_ member: StaffMember, _ context: StaffContext, _ options: LMSOptions) {
    person = member.person
    name = Self.name(person.email)
    isActive = member.status.isActive
    isWhole = !name.isEmpty && !person.firstName.isEmpty && !person.lastName.isEmpty
    let fields = Self.fields(of: member, name: name, context, options)
    line = CSVRow(fields + member.units.map { Self.cohort($0.code) }, end: "").bytes
    farewell = Self.fields(of: member.departed, name: name, context, options)
    cohorts = member.units.map { ($0.id, Self.cohort($0.code)) }.sorted { $0.0 < $1.0 }
  }

  static func headings(_ options: LMSOptions) -> [String] {
    [
      "username", "firstname", "lastname", "email", "auth", "idnumber", "department", "institution", "suspended",
    ] + (options.jobTitleField.map { ["profile_field_\($0)"] } ?? [])
  }

  private static func fields(
    of member: StaffMember, name: String, _ context: StaffContext, _ options: LMSOptions
  ) -> [String] {
    let person = member.person
    return [
      name, person.firstName, person.lastName, person.email, options.auth, person.reference.rawValue,
      member.units.first?.name ?? "", context.organisation.name, member.status.isActive ? "0" : "1",
    ] + (options.jobTitleField == nil ? [] : [person.jobTitle])
  }

  /// As Moodle cleans user names: small letters, digits and `- _ . @`.
  static func name(_ email: String) -> String {
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
