import RecordSchema

/// A person as one operation of Entra's `/bulkUpload`: SCIM core and enterprise attributes.
enum EntraUser {
  static let core = "urn:ietf:params:scim:schemas:core:2.0:User"
  static let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
  /// Must be added to the provisioning app's schema by hand before `options: {dates: "true"}` is set.
  static let dates = "urn:ietf:params:scim:schemas:extension:staffrepo:1.0:User"

  /// Why this person cannot be told: Entra would refuse them, or take them for somebody else; `nil` for nearly everybody.
  static func fault(_ person: Person, _ context: StaffContext) -> String? {
    fault(userName: person.email) ?? context.bearers?.fault(of: person, by: Bearers.Name.allCases)
  }

  private static func fault(userName: String) -> String? {
    if userName.isEmpty { return "there is no e-mail address to make a user name of." }
    guard userName.utf8.allSatisfy(UserNames.isTakenByEntra) else {
      return "a user name holds letters without accents, digits and ' . - _ ! # ^ ~ only."
    }
    let name = userName.split(separator: "@", omittingEmptySubsequences: false)[0]
    if userName.utf8.count > 113 || name.utf8.count > 64 {
      return "a user name has at most 113 characters, 64 of them before the @."
    }
    return name.hasPrefix(".") || name.hasSuffix(".") ? "a user name neither begins nor ends with a point." : nil
  }

  static func operation(_ member: StaffMember, _ context: StaffContext, sendsDates: Bool) -> JSON {
    [
      "method": "POST", "bulkId": .string(member.person.reference.rawValue), "path": "/Users",
      "data": data(member, context, sendsDates: sendsDates),
    ]
  }

  private static func data(_ member: StaffMember, _ context: StaffContext, sendsDates: Bool) -> JSON {
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
    members.append(.init(enterprise, extensionData(member, context)))
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

  private static func extensionData(_ member: StaffMember, _ context: StaffContext) -> JSON {
    let primary = member.units.first
    let division = primary.flatMap(context.division)
    let organisation = context.organisation.name
    return .compact([
      "employeeNumber": .string(member.person.reference.rawValue),
      "costCenter": primary.flatMap(context.costCentre).map(JSON.string),
      "organization": organisation.isEmpty ? nil : .string(shortened(organisation, to: 64)),
      "division": division.map { .string(shortened($0, to: 64)) },
      "department": primary.map { .string(shortened($0.name, to: 64)) },
      // Whom Entra does not know can be nobody's manager there.
      "manager": member.manager.flatMap {
        fault(userName: $0.email) == nil ? ["value": .string($0.reference.rawValue)] : nil
      },
    ])
  }

  static func shortened(_ text: String, to limit: Int) -> String {
    guard text.utf8.count > limit, text.unicodeScalars.count > limit else { return text }
    var short = String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit)))
    // No blank at the end, where the cut may have left one.
    while short.last?.isWhitespace == true { short.removeLast() }
    return short
  }
}
