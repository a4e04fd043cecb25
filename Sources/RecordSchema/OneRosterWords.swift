/// A learner's role, by OneRoster 1.2's words. Source: 1EdTech OneRoster 1.2 and 1.1, CSV binding.
public enum OneRosterRole: String, CaseIterable, Sendable {
  case aide, counselor, districtAdministrator, guardian, parent, principal, proctor, relative, siteAdministrator
  case student, systemAdministrator, teacher

  /// OneRoster 1.1's word: it knows one kind of administrator, and has none for a counselor.
  public var inVersion11: String? {
    switch self {
    case .counselor: nil
    case .districtAdministrator, .principal, .siteAdministrator, .systemAdministrator: "administrator"
    case .aide, .guardian, .parent, .proctor, .relative, .student, .teacher: rawValue
    }
  }
}

/// What an organisation or a part of one is to OneRoster, in both versions.
public enum OneRosterOrgType: String, CaseIterable, Sendable {
  case department, school, district, local, state, national
}
