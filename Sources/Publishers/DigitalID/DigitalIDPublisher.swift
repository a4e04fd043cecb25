import RecordSchema

/// The employees as Digital ID's own table names their fields. A person whose `is_active` is false has every card revoked
/// there.
public struct DigitalIDPublisher: Publisher {
  public static let system = "digital-id"
  public static let profiles = ["employees"]

  public init(_ settings: Configuration.SystemSettings) {}

  public func write(_ list: StaffList, profile: String, to set: ExportSet) throws {
    try set.file("employees.json") { file in
      file.write("[")
      for (index, member) in list.members.enumerated() {
        file.write(index == 0 ? "\n" : ",\n")
        file.write(Self.employee(member).bytes)
      }
      file.write("\n]\n")
      return list.members.count
    }
  }

  static func employee(_ member: StaffList.Member) -> JSON {
    [
      "staff_service_person_id": .int(member.person.id.rawValue), "first_name": .string(member.person.firstName),
      "last_name": .string(member.person.lastName), "employee_reference": .string(member.person.reference.rawValue),
      "photo_path": .optional(member.person.visiblePhotoPath), "signature_url": .optional(member.person.signaturePath),
      "is_active": .bool(member.status.isActive),
    ]
  }
}
