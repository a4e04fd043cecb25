import RecordSchema

/// The employees as Digital ID's own table names their fields. A person whose `is_active` is false has every card revoked
/// there.
public struct DigitalIDPublisher: Publisher {
  public static let system = "digital-id"
  public static let profiles: [(name: String, tables: [ReadyTable])] = [("employees", [])]

  public init(_ settings: Configuration.SystemSettings) {}

  public func files(of profile: String, in set: ExportSet, _ context: StaffContext) throws -> [any StaffFile] {
    [
      try PersonLines("employees.json", in: set, start: "[", separator: ",", end: "\n]\n") {
        [UInt8(ascii: "\n")] + Self.employee($0).bytes
      }
    ]
  }

  static func employee(_ member: StaffMember) -> JSON {
    [
      "staff_service_person_id": .int(member.person.id.rawValue), "first_name": .string(member.person.firstName),
      "last_name": .string(member.person.lastName), "employee_reference": .string(member.person.reference.rawValue),
      "photo_path": .optional(member.person.visiblePhotoPath), "signature_url": .optional(member.person.signaturePath),
      "is_active": .bool(member.status.isActive),
    ]
  }
}
