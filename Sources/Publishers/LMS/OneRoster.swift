import RecordSchema

/// A OneRoster 1.2 CSV zip of people and units: the part of rostering that staff records can fill (no courses, classes or
/// enrolments). Bulk mode: what is not in it is no more.
///
/// Source: 1EdTech OneRoster 1.2 CSV binding; headings in its order.
final class OneRoster: StaffFile {
  private let set: ExportSet
  private let context: StaffContext
  /// Every learner's role.
  private let role: String
  private let users: SpoolFile
  private let roles: SpoolFile
  private var people = 0

  init(_ set: ExportSet, _ context: StaffContext, role: String) throws {
    self.set = set
    self.context = context
    self.role = role
    users = try set.spool()
    roles = try set.spool()
  }

  func take(_ members: [StaffMember]) throws {
    for member in members {
      let person = member.person
      if person.firstName.isEmpty || person.lastName.isEmpty || person.email.isEmpty {
        set.note("\(person.reference): left out of oneroster.zip, name or e-mail is missing.")
        continue
      }
      if people == 0 {
        try users.write(CSVRow(Self.userHeadings).bytes)
        try roles.write(CSVRow(Self.roleHeadings).bytes)
      }
      people += 1
      try users.write(CSVRow(user(member)).bytes)
      for row in roleRows(of: member) { try roles.write(CSVRow(row).bytes) }
    }
  }

  func finish() throws {
    try set.file("oneroster.zip") { file in
      var archive = ZipArchive(file)
      try archive.add("manifest.csv", manifest(people > 0 ? ["orgs", "users", "roles"] : ["orgs"]))
      try archive.add("orgs.csv", orgs.flatMap { CSVRow($0).bytes })
      // A file without data rows is forbidden.
      if people > 0 {
        try archive.add("users.csv", users)
        try archive.add("roles.csv", roles)
      }
      archive.finish()
      return people
    }
  }

  private static let knownFiles = [
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
    "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources",
    "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales", "userProfiles",
    "userResources", "users",
  ]

  private func manifest(_ bulk: Set<String>) -> [UInt8] {
    let rows =
      [
        ["propertyName", "value"], ["manifest.version", "1.0"], ["oneroster.version", "1.2"],
      ] + Self.knownFiles.map { ["file.\($0)", bulk.contains($0) ? "bulk" : "absent"] }
      + [["source.systemName", "staffrepo"], ["source.systemCode", root]]
    return rows.flatMap { CSVRow($0).bytes }
  }

  private var root: String { "org-\(context.organisation.id)" }
  private func id(_ unit: Unit) -> String { "unit-\(unit.id.rawValue)" }
  private func id(_ person: Person) -> String { "person-\(person.id.rawValue)" }

  private var orgs: [[String]] {
    let heading = ["sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"]
    let name = context.organisation.name
    let top = [root, "", "", name.isEmpty ? root : name, "district", "", ""]
    return [heading, top]
      + context.units.sorted.map { unit in
        [
          id(unit), "", "", unit.name.isEmpty ? unit.code.rawValue : unit.name, "department", unit.code.rawValue,
          unit.parent.flatMap { context.units[$0] }.map(id) ?? root,
        ]
      }
  }

  private static let userHeadings = [
    "sourcedId", "status", "dateLastModified", "enabledUser", "username", "userIds", "givenName", "familyName",
    "middleName", "identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password",
    "userMasterIdentifier", "resourceSourcedIds", "preferredGivenName", "preferredMiddleName", "preferredFamilyName",
    "primaryOrgSourcedId", "pronouns", "metadata.jobTitle",
  ]

  private func user(_ member: StaffMember) -> [String] {
    let person = member.person
    return [
      id(person), "", "", member.status.isActive ? "true" : "false", person.email,
      "{staffrepo:\(person.reference)}", person.firstName, person.lastName, "", person.reference.rawValue,
      person.email, "", "", "", "", "", "", "", person.preferredName ?? "", "", "",
      member.units.first.map(id) ?? root, "", person.jobTitle,
    ]
  }

  private static let roleHeadings = [
    "sourcedId", "status", "dateLastModified", "userSourcedId", "roleType", "role", "beginDate", "endDate",
    "orgSourcedId", "userProfileSourcedId",
  ]

  private func roleRows(of member: StaffMember) -> [[String]] {
    let person = member.person
    guard !member.units.isEmpty else { return [row(person, root, nil, isPrimary: true)] }
    return member.units.enumerated().map { index, unit in
      let assignment = person.units.first { $0.unit == unit.code && $0.isInForce(on: context.asOf) }
      return row(person, id(unit), assignment, isPrimary: index == 0)
    }
  }

  private func row(_ person: Person, _ org: String, _ assignment: UnitAssignment?, isPrimary: Bool) -> [String] {
    let end = [assignment?.until, person.endDate].compactMap(\.self).min()
    return [
      "\(id(person)).\(org)", "", "", id(person), isPrimary ? "primary" : "secondary", role,
      [assignment?.from, person.startDate].compactMap(\.self).max()?.description ?? "",
      // OneRoster's end date is the first day after; ours is the last day worked.
      end?.adding(days: 1).description ?? "", org, "",
    ]
  }
}
