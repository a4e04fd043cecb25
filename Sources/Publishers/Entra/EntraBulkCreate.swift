import RecordSchema

extension EntraPublisher {
  /// The admin centre's "Bulk create users" file. It holds initial passwords: made on demand, never published.
  ///
  /// Microsoft's page of 2026-09-25 has no version row; the generation before it begins with one
  /// (`options: {template_version: v1.0}`).
  func writeBulkCreate(_ list: StaffList, to set: ExportSet) throws {
    try set.file("bulk-create.csv", isSecret: true) { file in
      if let version = settings.options["template_version"], version != "none" {
        file.write(CSVRow(["version:\(version)"]).bytes)
      }
      file.write(CSVRow(Self.headings).bytes)
      let people = list.members.filter {
        ($0.status.isActive || $0.status == .pending) && EntraUser.fault($0.person) == nil
      }
      for member in people { file.write(CSVRow(row(member)).bytes) }
      return people.count
    }
  }

  static let headings = [
    "Name [displayName] Required", "User name [userPrincipalName] Required",
    "Initial password [passwordProfile] Required", "Block sign in (Yes/No) [accountEnabled] Required",
    "First name [givenName]", "Last name [surname]", "Job title [jobTitle]", "Department [department]",
    "Usage location [usageLocation]", "Street address [streetAddress]", "State or province [state]",
    "Country or region [country]", "Office [physicalDeliveryOfficeName]", "City [city]",
    "ZIP or postal code [postalCode]",
    "Office phone [telephoneNumber]", "Mobile phone [mobile]",
  ]

  private func row(_ member: StaffList.Member) -> [String] {
    let person = member.person
    let known = [
      member.displayName, person.email, Self.initialPassword(), member.status.isActive ? "No" : "Yes", person.firstName,
      person.lastName, person.jobTitle, member.units.first?.name ?? "", settings.options["usage_location"] ?? "",
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
