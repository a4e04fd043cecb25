import RecordSchema
import YAMLReader

/// The options of the LMS.
extension ConfigurationDecoder {
  private static let learningOptions = ["auth", "job_title_field", "role", "org_type", "root_org_type"]

  /// `false` for an option that cannot be used; what is wrong with it is reported.
  mutating func judgeLearningOption(_ option: YAMLEntry, _ value: String, _ profiles: [String]) -> Bool {
    let name = option.key
    if name == "role" || name.hasPrefix("role.") { return judgeRole(option, value, profiles) }
    if name.hasPrefix("org_type.") || name == "org_type" || name == "root_org_type" {
      let types = OneRosterOrgType.allCases.map(\.rawValue)
      return judge(option, value, among: types, "an organisation of OneRoster is one of")
    }
    switch name {
    case "auth", "job_title_field":
      let isName = !value.isEmpty && value.utf8.allSatisfy { isASCIIAlphanumeric($0) || $0 == UInt8(ascii: "_") }
      if !isName {
        invalid(
          "systems.lms.options.\(name) takes a short name of Moodle's: letters without accents, digits and _.",
          option.value)
      }
      return isName
    default:
      let near = reader.near(name, among: Self.learningOptions).map { " Did you mean '\($0)'?" } ?? ""
      reader.report(
        .unknownSetting, "systems.lms.options has no setting '\(reader.excerpt(name))'.\(near)", at: option.keyRange,
        help: "It has: \(Self.learningOptions.joined(separator: ", ")), role.JOB TITLE and org_type.UNIT TYPE.")
      return false
    }
  }

  private mutating func judgeRole(_ option: YAMLEntry, _ value: String, _ profiles: [String]) -> Bool {
    let isOld = profiles.contains { $0.hasPrefix("oneroster-1.1") }
    let roles = OneRosterRole.allCases.filter { !isOld || $0.inVersion11 != nil }.map(\.rawValue)
    return judge(option, value, among: roles, "\(isOld ? "with OneRoster 1.1 " : "")a role is one of")
  }

  private mutating func judge(_ option: YAMLEntry, _ value: String, among words: [String], _ what: String) -> Bool {
    if words.contains(value) { return true }
    let near = reader.near(value, among: words)
    reader.report(
      .invalidSetting,
      "systems.lms.options.\(reader.excerpt(option.key)): '\(reader.excerpt(value))' is not known; \(what): \(words.joined(separator: ", ")).",
      at: option.value.range,
      fix: near.map { .init(title: "Write \($0)", edits: [.init(range: option.value.range, text: $0)]) })
    return false
  }
}
