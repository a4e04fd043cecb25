import RecordSchema

/// What identity cards are made of. Whoever is not active has every card revoked there.
public struct DigitalIDPublisher: Publisher {
  public static let system = "digital-id"
  public static let profiles: [(name: String, tables: [ReadyTable])] = [("employees", []), ("employees-delta", [])]

  private let settings: Configuration.SystemSettings

  public init(_ settings: Configuration.SystemSettings) { self.settings = settings }

  public func files(of profile: String, in set: ExportSet, _ context: StaffContext) throws -> [any StaffFile] {
    let notes: [any StaffFile] = context.publicURL == nil ? [SignaturesBelowData(set)] : []
    guard profile == "employees" else { return [try DigitalIDChanges(set, context)] + notes }
    let employees = try PersonLines("employees.json", in: set, start: "[", separator: ",", end: "\n]\n") {
      [UInt8(ascii: "\n")] + Self.employee($0, context).bytes
    }
    let images: [any StaffFile] = settings.options["images"] == "false" ? [] : [try CardImages(set)]
    return [employees, try Revocations(set, context)] + images + notes
  }

  /// A person as Digital ID's own table names the fields.
  static func employee(_ member: StaffMember, _ context: StaffContext) -> JSON {
    let person = member.person
    return [
      "staff_service_person_id": .int(person.id.rawValue), "first_name": .string(person.firstName),
      "last_name": .string(person.lastName), "employee_reference": .string(person.reference.rawValue),
      "photo_path": .optional(person.visiblePhotoPath), "signature_url": .optional(signatureURL(person, context)),
      "is_active": .bool(member.status.isActive),
    ]
  }

  private static func signatureURL(_ person: Person, _ context: StaffContext) -> String? {
    guard let path = person.signaturePath else { return nil }
    return context.publicURL.map { "\($0)/api/staff-data/\(person.id.rawValue)/signature" } ?? path
  }
}

/// Says once that signatures are named by their paths, if there are any.
private final class SignaturesBelowData: StaffFile {
  private let set: ExportSet

  init(_ set: ExportSet) { self.set = set }

  func take(_ members: [StaffMember]) {
    guard members.contains(where: { $0.person.signaturePath != nil }) else { return }
    set.note(
      "signature_url holds paths below the data folder, because staffrepo.yaml does not say where the HTTP API is reached (api: {public_url: https://...})."
    )
  }

  func finish() {}
}
