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
    let names = context.configuration.systems.map(\.name)
    guard !names.isEmpty, !key.record.system.isEmpty, !names.contains(key.record.system) else { return [] }
    let near = closest(to: key.record.system, among: names).map { " Did you mean '\($0)'?" } ?? ""
    return [key.finding(rule, at: "system", "There is no system '\(key.record.system)' in staffrepo.yaml.\(near)")]
  }
}
