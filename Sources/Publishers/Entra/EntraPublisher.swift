import RecordSchema

/// Microsoft Entra: people as bodies for API-driven inbound provisioning, units as groups for Microsoft Graph.
public struct EntraPublisher: Publisher {
  public static let system = "entra"
  public static let profiles = ["bulk-upload", "bulk-create"]

  /// Entra refuses a request with more operations.
  static let batchSize = 50

  let settings: Configuration.SystemSettings

  public init(_ settings: Configuration.SystemSettings) { self.settings = settings }

  public func write(_ list: StaffList, profile: String, to set: ExportSet) throws {
    if profile == "bulk-create" { return try writeBulkCreate(list, to: set) }
    // Whom Entra does not know can be nobody's manager there, nor in a group.
    let known = list.filtered { member in
      let fault = EntraUser.fault(member.person)
      if let fault { set.note("\(member.person.reference): left out, \(fault)") }
      return fault == nil
    }
    try writeBatches(known, to: set)
    try writeGroups(known, to: set)
  }

  private func writeBatches(_ list: StaffList, to set: ExportSet) throws {
    let people = list.members
    for (index, start) in stride(from: 0, to: people.count, by: Self.batchSize).enumerated() {
      let batch = people[start..<min(start + Self.batchSize, people.count)]
      let number = String(index + 1)
      let name = "bulk-upload-\(String(repeating: "0", count: max(0, 4 - number.count)))\(number).json"
      try set.file(name) { file in
        let operations = batch.map { EntraUser.operation($0, list, sendsDates: settings.options["dates"] == "true") }
        let body: JSON = [
          "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": .array(operations),
          "failOnErrors": .null,
        ]
        file.write(body.prettyLines)
        return batch.count
      }
    }
  }

  private func writeGroups(_ list: StaffList, to set: ExportSet) throws {
    var members: [UnitID: [StaffList.Member]] = [:]
    for member in list.members where member.status.isActive {
      for unit in member.units { members[unit.id, default: []].append(member) }
    }
    try set.file("groups.json") { file in
      let groups = list.units.sorted.map { EntraGroup.group($0, members: members[$0.id] ?? [], list.units) }
      file.write((["groups": .array(groups)] as JSON).prettyLines)
      return groups.count
    }
  }
}
