import RecordSchema

/// What staffrepo.yaml says below `systems.lms.options`. Words that it got wrong were reported where it was read, and do
/// not come here.
struct LMSOptions: Sendable {
  /// Moodle's way to log in, on every row: left out, an upload may reset accounts to the import form's default.
  let auth: String
  /// The short name of the profile field in Moodle that takes job titles; `nil`: they are not sent.
  let jobTitleField: String?
  let rootOrgType: String
  private let role: OneRosterRole
  private let roles: [String: OneRosterRole]
  private let orgType: String
  private let orgTypes: [String: String]

  init(_ options: [String: String]) {
    auth = options["auth"] ?? "manual"
    jobTitleField = options["job_title_field"]
    role = options["role"].flatMap { OneRosterRole(rawValue: $0) } ?? .student
    roles = Self.choices("role.", in: options).compactMapValues { OneRosterRole(rawValue: $0) }
    orgType = options["org_type"] ?? OneRosterOrgType.department.rawValue
    orgTypes = Self.choices("org_type.", in: options)
    rootOrgType = options["root_org_type"] ?? OneRosterOrgType.district.rawValue
  }

  /// By job title, in whatever letters.
  func role(of person: Person) -> OneRosterRole {
    roles.isEmpty ? role : roles[person.jobTitle.lowercased()] ?? role
  }

  /// By the unit's type.
  func orgType(of unit: Unit) -> String {
    unit.type.flatMap { orgTypes[$0.lowercased()] } ?? orgType
  }

  /// Options such as `role.Ward Manager: teacher`.
  private static func choices(_ prefix: String, in options: [String: String]) -> [String: String] {
    let named = options.filter { $0.key.hasPrefix(prefix) }
    return Dictionary(
      named.sorted { $0.key < $1.key }.map { (String($0.key.dropFirst(prefix.count)).lowercased(), $0.value) },
      uniquingKeysWith: { first, _ in first })
  }
}
