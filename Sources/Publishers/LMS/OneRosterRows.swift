import RecordSchema

/// What OneRoster is told of units and people: the part of rostering that staff records can fill (no courses, classes or
/// enrolments).
struct OneRosterRows: Sendable {
  let version: OneRosterVersion
  let context: StaffContext
  let options: LMSOptions

  /// The organisation, and its units below it.
  var orgs: [OneRosterRow] {
    let name = context.organisation.name
    let top = OneRosterRow(RowKey(0), [root, name.isEmpty ? root : name, options.rootOrgType, "", ""])
    return [top]
      + context.units.sorted.map { unit in
        OneRosterRow(
          RowKey(unit.id.rawValue),
          [
            id(unit), unit.name.isEmpty ? unit.code.rawValue : unit.name, options.orgType(of: unit), unit.code.rawValue,
            unit.parent.flatMap { context.units[$0] }.map(id) ?? root,
          ], isActive: unit.isActive)
      }
  }

  /// `false` for whom OneRoster does not take.
  func takes(_ person: Person) -> Bool {
    !person.firstName.isEmpty && !person.lastName.isEmpty && !person.email.isEmpty
  }

  func user(_ member: StaffMember) -> OneRosterRow {
    OneRosterRow(
      RowKey(member.person.id.rawValue), fields(of: member), farewell: fields(of: member.departed),
      isActive: member.status.isActive)
  }

  private func fields(of member: StaffMember) -> [String] {
    let person = member.person
    let isEnabled = member.status.isActive ? "true" : "false"
    let names = [person.email, "{staffrepo:\(person.reference)}", person.firstName, person.lastName]
    // Middle name; the employee reference; mobile and other telephone, agents, grades, password.
    let contact = ["", person.reference.rawValue, person.email, "", "", "", "", ""]
    switch version {
    case .v11:
      let orgs = member.units.isEmpty ? root : member.units.map(id).joined(separator: ",")
      return [id(person), isEnabled, orgs, role(of: person)] + names + contact + [person.jobTitle]
    case .v12:
      return [id(person), isEnabled] + names + contact + [
        "", "", person.preferredName ?? "", "", "", member.units.first.map(id) ?? root, "", person.jobTitle,
      ]
    }
  }

  /// A person's role in each unit, the primary one first; in the organisation for whoever has no unit.
  func roles(_ member: StaffMember) -> [OneRosterRow] {
    let person = member.person
    guard !member.units.isEmpty else {
      return [OneRosterRow(RowKey(person.id.rawValue), role(person, in: root, nil, isPrimary: true))]
    }
    return member.units.enumerated().map { place, unit in
      let assignment = person.units.first { $0.unit == unit.code && $0.isInForce(on: context.asOf) }
      return OneRosterRow(
        RowKey(person.id.rawValue, unit.id.rawValue), role(person, in: id(unit), assignment, isPrimary: place == 0),
        isActive: member.status.isActive)
    }
  }

  private func role(_ person: Person, in org: String, _ assignment: UnitAssignment?, isPrimary: Bool) -> [String] {
    let begin = [assignment?.from, person.startDate].compactMap(\.self).max()
    let end = [assignment?.until, person.endDate].compactMap(\.self).min()
    return [
      "\(id(person)).\(org)", id(person), isPrimary ? "primary" : "secondary", role(of: person),
      begin?.description ?? "",
      // OneRoster's end date is the first day after; ours is the last day worked.
      end?.adding(days: 1).description ?? "", org, "",
    ]
  }

  private func role(of person: Person) -> String {
    let role = options.role(of: person)
    return switch version {
    case .v11: role.inVersion11 ?? OneRosterRole.student.rawValue
    case .v12: role.rawValue
    }
  }

  // Ids of records never change, and are made of what `sourcedId` may be made of; codes and references are not always.
  private var root: String { "org-\(context.organisation.id)" }
  private func id(_ unit: Unit) -> String { "unit-\(unit.id.rawValue)" }
  private func id(_ person: Person) -> String { "person-\(person.id.rawValue)" }
}
