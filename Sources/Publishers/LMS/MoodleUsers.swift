import RecordSchema

/// Moodle's "Upload users" file: one row a learner, the units as cohorts.
struct MoodleUsers {
  /// The authentication method on every row; left out, Moodle would reset accounts to the import form's default.
  let auth: String

  func write(_ list: StaffList, to set: ExportSet) throws {
    let people = uploadable(list, set)
    let cohorts = people.map(\.member.units.count).max() ?? 0
    try set.file("moodle-users.csv") { file in
      let headings =
        ["username", "firstname", "lastname", "email", "auth", "idnumber", "department", "institution", "suspended"]
        + (0..<cohorts).map { "cohort\($0 + 1)" }
      file.write(CSVRow(headings).bytes)
      for person in people { file.write(CSVRow(row(person, list, cohorts: cohorts)).bytes) }
      return people.count
    }
  }

  /// Those whom Moodle takes: with a first name, a last name, and a user name of their own.
  private func uploadable(_ list: StaffList, _ set: ExportSet) -> [Learner] {
    var taken: [String: String] = [:]
    return list.members.compactMap { member in
      let reference = member.person.reference.rawValue
      let name = Self.username(member.person.email)
      if name.isEmpty || member.person.firstName.isEmpty || member.person.lastName.isEmpty {
        set.note("\(reference): left out of moodle-users.csv, name or e-mail address is missing.")
        return nil
      }
      if let other = taken.updateValue(reference, forKey: name) {
        set.note("\(reference): left out of moodle-users.csv, its user name \(name) is that of \(other).")
        taken[name] = other
        return nil
      }
      return (member, name)
    }
  }

  private typealias Learner = (member: StaffList.Member, username: String)

  private func row(_ learner: Learner, _ list: StaffList, cohorts: Int) -> [String] {
    let member = learner.member
    let person = member.person
    let names = member.units.map { Self.cohort($0.code) }
    return [
      learner.username, person.firstName, person.lastName, person.email, auth, person.reference.rawValue,
      member.units.first?.name ?? "", list.organisation.name, member.status.isActive ? "0" : "1",
    ] + names + [String](repeating: "", count: cohorts - names.count)
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
