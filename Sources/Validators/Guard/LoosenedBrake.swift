import RecordSchema
import Records

/// Nobody loosens guards or policies without others seeing it.
enum LoosenedBrake: ChangeRule {
  static let rule = Rule(
    "G012", "brake-loosened", severity: .warning,
    explanation:
      "This change raises a guard's limits, changes a policy, or names other approvers. It holds from the next change on: this one is judged by what stood before.",
    example: .change(
      ["staffrepo.yaml": "organisation: {id: 1}\nguards: {removals: «{count: 500}»}\n"],
      right: ["staffrepo.yaml": "organisation: {id: 1}\n"]),
    help: "Make sure that it is meant.")

  static func check(_ change: RecordedChange) -> [Finding] {
    let (old, new) = (change.rules, change.context.configuration)
    var findings = zip(old.guards, new.guards).filter { $1.count > $0.count || $1.percent > $0.percent }.map {
      finding(
        FieldPath("guards").key($1.name),
        "The guard \($1.name) lets more through than before: \($0.count) and \($0.percent) % became \($1.count) and \($1.percent) %."
      )
    }
    if old.policies.contains(where: { !new.policies.contains($0) }) {
      findings.append(finding("policies", "A policy is changed or removed."))
    }
    if Set(new.approvers.map { $0.lowercased() }) != Set(old.approvers.map { $0.lowercased() }) {
      findings.append(finding("approvers", "Other people than before may approve mass changes."))
    }
    return findings
  }

  private static func finding(_ field: FieldPath, _ message: String) -> Finding {
    Finding(rule, file: ConfigurationDecoder.path, at: field, subject: nil, message)
  }
}
