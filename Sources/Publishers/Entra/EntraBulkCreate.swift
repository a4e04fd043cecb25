import RecordSchema

/// The admin centre's "Bulk create users" file. It holds initial passwords: made on demand, never published.
///
/// Microsoft's page of 2026-09-25 has no version row; the generation before it begins with one
/// (`options: {template_version: v1.0}`).
final class EntraBulkCreate: StaffFile {
  private let settings: Configuration.SystemSettings
  private let set: ExportSet
  private let context: StaffContext
  private let file: ExportFile
  private var count = 0

  init(_ settings: Configuration.SystemSettings, _ set: ExportSet, _ context: StaffContext) throws {
    self.settings = settings
    self.set = set
    self.context = context
    file = try set.open("bulk-create.csv", isSecret: true)
    file.write(EntraTemplate.versionRow(settings))
    file.write(CSVRow(Self.headings).bytes)
  }

  func take(_ members: [StaffMember]) {
    for member in members
    where (member.status.isActive || member.status == .pending) && EntraUser.fault(member.person, context) == nil {
      file.write(CSVRow(row(member)).bytes)
      count += 1
    }
  }

  func finish() throws { try set.close(file, rows: count) }

  static let headings = [
    "Name [displayName] Required", "User name [userPrincipalName] Required",
    "Initial password [passwordProfile] Required", "Block sign in (Yes/No) [accountEnabled] Required",
    "First name [givenName]", "Last name [surname]", "Job title [jobTitle]", "Department [department]",
    "Usage location [usageLocation]", "Street address [streetAddress]", "State or province [state]",
    "Country or region [country]", "Office [physicalDeliveryOfficeName]", "City [city]",
    "ZIP or postal code [postalCode]",
    "Office phone [telephoneNumber]", "Mobile phone [mobile]",
  ]

  private func row(_ member: StaffMember) -> [String] {
    let person = member.person
    let known = [
      member.displayName, person.email, Self.initialPassword(), member.status.isActive ? "No" : "Yes", person.firstName,
      person.lastName, person.jobTitle, EntraUser.shortened(member.units.first?.name ?? "", to: 64),
      settings.options["usage_location"] ?? "",
    ]
    return known + [String](repeating: "", count: Self.headings.count - known.count)
  }

  /// Twenty characters of four kinds, from the system's secure generator: about 115 bits. None that a spreadsheet would
  /// take for a formula.
  private static func initialPassword() -> String {
    let kinds = ["ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789", "_.!"].map(Array.init)
    let everything = kinds.flatMap(\.self)
    var random = SystemRandomNumberGenerator()
    var password = kinds.compactMap { $0.randomElement(using: &random) }
    while password.count < 20 { everything.randomElement(using: &random).map { password.append($0) } }
    password.shuffle(using: &random)
    return String(password)
  }
}
