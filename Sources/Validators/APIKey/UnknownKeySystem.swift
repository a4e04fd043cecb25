import RecordSchema
import Records

/// A key belongs to a system that staffrepo.yaml names.
enum UnknownKeySystem: APIKeyRule {
  static let rule = Rule(
    "K010", "unknown-key-system", severity: .warning,
    explanation:
      "The key is of a system that staffrepo.yaml does not list under systems, so nobody looks after it there.",
    example: .apiKey("system: «hrr»", right: "system: hr"),
    help: "Correct the name, or add the system to staffrepo.yaml; an application with a key only has type: app.")

  static func check(_ key: Located<APIKey>, _ context: RuleContext) -> [Finding] {
    guard !key.record.system.isEmpty,
      let objection = context.configuration.objection(toSystem: key.record.system)
    else { return [] }
    return [key.finding(rule, at: "system", objection)]
  }
}
