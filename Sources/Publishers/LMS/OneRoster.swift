import RecordSchema

/// A OneRoster 1.2 CSV zip of people and units: the part of rostering that staff records can fill (no courses, classes or
/// enrolments). Bulk mode: what is not in it is no more.
///
/// Source: 1EdTech OneRoster 1.2 CSV binding; headings in its order.
struct OneRoster {
  /// Every learner's role.
  let role: String

  func write(_ list: StaffList, to set: ExportSet) throws {
    let people = list.members.filter { member in
      let isComplete =
        !member.person.firstName.isEmpty && !member.person.lastName.isEmpty && !member.person.email.isEmpty
      if !isComplete { set.note("\(member.person.reference): left out of oneroster.zip, name or e-mail is missing.") }
      return isComplete
    }
    var archive = ZipArchive()
    let tables = [orgs(list), users(people, list), roles(people, list)]
    archive.add("manifest.csv", manifest(tables, list))
    for table in tables where table.rows.count > 1 {
      archive.add("\(table.name).csv", table.rows.flatMap { CSVRow($0).bytes })
    }
    try set.file("oneroster.zip") { file in
      file.write(archive.bytes)
      return people.count
    }
  }

  private typealias Table = (name: String, rows: [[String]])

  private static let knownFiles = [
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
    "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources",
    "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales", "userProfiles",
    "userResources", "users",
  ]

  private func manifest(_ tables: [Table], _ list: StaffList) -> [UInt8] {
    let bulk = Set(tables.filter { $0.rows.count > 1 }.map(\.name))
    let rows =
      [
        ["propertyName", "value"], ["manifest.version", "1.0"], ["oneroster.version", "1.2"],
      ] + Self.knownFiles.map { ["file.\($0)", bulk.contains($0) ? "bulk" : "absent"] }
      + [["source.systemName", "staffrepo"], ["source.systemCode", root(list)]]
    return rows.flatMap { CSVRow($0).bytes }
  }

  private func root(_ list: StaffList) -> String { "org-\(list.organisation.id)" }
  private func id(_ unit: Unit) -> String { "unit-\(unit.id.rawValue)" }
  private func id(_ person: Person) -> String { "person-\(person.id.rawValue)" }

  private func orgs(_ list: StaffList) -> Table {
    let heading = ["sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"]
    let top = [
      root(list), "", "", list.organisation.name.isEmpty ? root(list) : list.organisation.name, "district", "", "",
    ]
    let units = list.units.sorted.map { unit in
      [
        id(unit), "", "", unit.name.isEmpty ? unit.code.rawValue : unit.name, "department", unit.code.rawValue,
        unit.parent.flatMap { list.units[$0] }.map(id) ?? root(list),
      ]
    }
    return ("orgs", [heading, top] + units)
  }

  private func users(_ people: [StaffList.Member], _ list: StaffList) -> Table {
    let heading = [
      "sourcedId", "status", "dateLastModified", "enabledUser", "username", "userIds", "givenName", "familyName",
      "middleName", "identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password",
      "userMasterIdentifier", "resourceSourcedIds", "preferredGivenName", "preferredMiddleName", "preferredFamilyName",
      "primaryOrgSourcedId", "pronouns", "metadata.jobTitle",
    ]
    let rows = people.map { member in
      let person = member.person
      return [
        id(person), "", "", member.status.isActive ? "true" : "false", person.email,
        "{staffrepo:\(person.reference)}", person.firstName, person.lastName, "", person.reference.rawValue,
        person.email, "", "", "", "", "", "", "", person.preferredName ?? "", "", "",
        member.units.first.map(id) ?? root(list), "", person.jobTitle,
      ]
    }
    return ("users", [heading] + rows)
  }

  private func roles(_ people: [StaffList.Member], _ list: StaffList) -> Table {
    let heading = [
      "sourcedId", "status", "dateLastModified", "userSourcedId", "roleType", "role", "beginDate", "endDate",
      "orgSourcedId", "userProfileSourcedId",
    ]
    let rows = people.flatMap { member -> [[String]] in
      let person = member.person
      guard !member.units.isEmpty else { return [row(person, root(list), nil, isPrimary: true)] }
      return member.units.enumerated().map { index, unit in
        let assignment = person.units.first { $0.unit == unit.code && $0.isInForce(on: list.asOf) }
        return row(person, id(unit), assignment, isPrimary: index == 0)
      }
    }
    return ("roles", [heading] + rows)
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
