import GitStore
import RecordSchema
import Records

/// Fields that a policy guards are changed by those whom it names.
enum FieldPolicy: ChangeRule {
  static let rule = Rule(
    "G008", "field-policy",
    explanation:
      "A policy in staffrepo.yaml says that only certain people may change this field, or write it into a new record. In a pull request they are known by the author of the commit, in a hook by who pushes. Policies are read from the commit before the change.",
    example: .none,
    help: "Ask one of the people whom the policy names to make this change, and take it out of this one.")

  static func check(_ change: RecordedChange) throws -> [Finding] {
    let policies = change.rules.policies.filter { !$0.fields.isEmpty && !$0.authors.isEmpty }
    guard !policies.isEmpty else { return [] }
    return try change.commits.get().flatMap { commit -> [Finding] in
      let person = commit.person(change.authority)
      let barred = policies.filter { !$0.admits(person) }
      guard !barred.isEmpty else { return [] }
      return try FieldChanges(commit, change).all.flatMap { field in
        barred.filter { $0.fields.contains(field.name) && ($0.paths.isEmpty || $0.covers(field.file)) }.map { policy in
          Finding(
            rule, file: field.file, at: field.path, subject: person,
            "By \(policy.title) only \(policy.owners) may change \(field.name); \(commit.maker(change.authority))."
          )
        }
      }
    }
  }
}
