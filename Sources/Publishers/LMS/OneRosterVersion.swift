/// What differs between the two versions of OneRoster's CSV binding: the files that a manifest tells of, and the headings,
/// in the binding's order.
///
/// Source: 1EdTech OneRoster 1.1 and 1.2, CSV binding.
enum OneRosterVersion: String, Sendable {
  case v11 = "1.1"
  case v12 = "1.2"

  /// Every file that the binding knows.
  var files: [String] {
    switch self {
    case .v11:
      [
        "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
        "enrollments", "lineItems", "orgs", "resources", "results", "users",
      ]
    case .v12:
      [
        "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
        "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources",
        "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales", "userProfiles",
        "userResources", "users",
      ]
    }
  }

  var userHeadings: [String] {
    switch self {
    case .v11:
      Self.start + [
        "enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName", "familyName", "middleName",
        "identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password", "metadata.jobTitle",
      ]
    case .v12:
      Self.start + [
        "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email", "sms",
        "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier", "resourceSourcedIds",
        "preferredGivenName", "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns",
        "metadata.jobTitle",
      ]
    }
  }

  static let orgHeadings = start + ["name", "type", "identifier", "parentSourcedId"]
  static let roleHeadings =
    start + ["userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId"]

  private static let start = ["sourcedId", "status", "dateLastModified"]
}
