import RecordSchema

/// A unit as a security group for Microsoft Graph. `/bulkUpload` knows no groups.
enum EntraGroup {
  ///
  /// - Parameter members: the active people of the unit itself; those below it come through nested groups.
  static func group(_ unit: Unit, members: [StaffList.Member], _ units: UnitDirectory) -> JSON {
    [
      // The group's object id, once somebody wrote it into the unit's external_ids: display names are not unique.
      "id": .optional(unit.externalIDs.first { $0.system == "entra" }?.id),
      "uniqueName": .string("unit-\(unit.code)"),
      "displayName": .string(EntraUser.shortened(unit.name.isEmpty ? unit.code.rawValue : unit.name, to: 256)),
      "mailNickname": .string(EntraUser.shortened("unit-\(unit.code)", to: 64)), "mailEnabled": false,
      "securityEnabled": true, "groupTypes": [], "unit_id": .int(unit.id.rawValue),
      "unit_code": .string(unit.code.rawValue),
      "parent": .optional(unit.parent.flatMap { units[$0] }.map { "unit-\($0.code)" }),
      "members": .array(
        members.map {
          [
            "employeeId": .string($0.person.reference.rawValue), "userPrincipalName": .string($0.person.email),
          ]
        }),
    ]
  }
}
