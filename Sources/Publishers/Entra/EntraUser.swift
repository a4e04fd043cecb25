import RecordSchema

/// A person as one operation of Entra's `/bulkUpload`: SCIM core and enterprise attributes.
enum EntraUser {
  static let core = "urn:ietf:params:scim:schemas:core:2.0:User"
  static let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
  /// Must be added to the provisioning app's schema by hand before `options: {dates: "true"}` is set.
  static let dates = "urn:ietf:params:scim:schemas:extension:staffrepo:1.0:User"

  /// Why Entra would refuse this person; `nil` when it would not.
  static func fault(_ person: Person) -> String? {
    if person.email.isEmpty { return "there is no e-mail address to make a user name of." }
    let allowed = person.email.utf8.allSatisfy(UserNames.isTakenByEntra)
    return allowed ? nil : "a user name holds letters without accents, digits and ' . - _ ! # ^ ~ only."
  }

  static func operation(_ member: StaffList.Member, _ list: StaffList, sendsDates: Bool) -> JSON {
    [
      "method": "POST", "bulkId": .string(member.person.reference.rawValue), "path": "/Users",
      "data": data(member, list, sendsDates: sendsDates),
    ]
  }

  private static func data(_ member: StaffList.Member, _ list: StaffList, sendsDates: Bool) -> JSON {
    let person = member.person
    var members: [JSON.Member] = [
      .init("schemas", .array([.string(core), .string(enterprise)] + (sendsDates ? [.string(dates)] : []))),
      .init("externalId", .string(person.reference.rawValue)), .init("userName", .string(person.email)),
      .init("displayName", .string(shortened(member.displayName, to: 256))),
      .init("name", ["givenName": .string(person.firstName), "familyName": .string(person.lastName)]),
    ]
    if !person.jobTitle.isEmpty { members.append(.init("title", .string(person.jobTitle))) }
    // Without it an update may disable the account.
    members.append(.init("active", .bool(member.status.isActive)))
    members.append(.init("emails", [["value": .string(person.email), "type": "work", "primary": true]]))
    members.append(.init(enterprise, extensionData(member, list)))
    if sendsDates {
      members.append(
        .init(
          dates,
          .compact([
            "HireDate": person.startDate.map { .string("\($0)T00:00:00Z") },
            "LeaveDate": person.endDate.map { .string("\($0)T00:00:00Z") },
          ])))
    }
    return .object(members)
  }

  private static func extensionData(_ member: StaffList.Member, _ list: StaffList) -> JSON {
    let primary = member.units.first
    let division = primary.flatMap(list.division)
    let organisation = list.organisation.name
    return .compact([
      "employeeNumber": .string(member.person.reference.rawValue),
      "costCenter": primary.flatMap(list.costCentre).map(JSON.string),
      "organization": organisation.isEmpty ? nil : .string(shortened(organisation, to: 64)),
      "division": division.map { .string(shortened($0, to: 64)) },
      "department": primary.map { .string(shortened($0.name, to: 64)) },
      "manager": list.manager(of: member.person).map { ["value": .string($0)] },
    ])
  }

  static func shortened(_ text: String, to limit: Int) -> String {
    text.utf8.count <= limit ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
  }
}
