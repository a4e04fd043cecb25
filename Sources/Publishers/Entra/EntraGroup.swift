import RecordSchema

/// A unit as a security group for Microsoft Graph. `/bulkUpload` knows no groups.
enum EntraGroup {
  /// A member as others find it in Entra.
  struct Member {
    let reference: String
    let userName: String
  }

  /// - Parameter members: the active people of the unit itself; those below it come through nested groups.
  static func group(_ unit: Unit, members: [Member], _ units: UnitDirectory) -> JSON {
    [
      // The group's object id, once somebody wrote it into the unit's external_ids: display names are not unique.
      "id": .optional(unit.externalIDs.first { $0.system == "entra" }?.id),
      "uniqueName": .string("unit-\(unit.code)"),
      "displayName": .string(EntraUser.shortened(unit.name.isEmpty ? unit.code.rawValue : unit.name, to: 256)),
      "mailNickname": .string(mailNickname(unit)), "mailEnabled": false,
      "securityEnabled": true, "groupTypes": [], "unit_id": .int(unit.id.rawValue),
      "unit_code": .string(unit.code.rawValue),
      "parent": .optional(unit.parent.flatMap { units[$0] }.map { "unit-\($0.code)" }),
      "members": .array(
        members.map {
          [
            "employeeId": .string($0.reference), "userPrincipalName": .string($0.userName),
          ]
        }),
    ]
  }

  /// At most 64 characters, and unique also where two long codes begin alike.
  private static func mailNickname(_ unit: Unit) -> String {
    let name = "unit-\(unit.code)"
    guard name.utf8.count > 64 else { return name }
    let id = "-\(unit.id.rawValue)"
    return EntraUser.shortened(name, to: 64 - id.utf8.count) + id
  }
}
