import GitStore
import RecordSchema
import Records

/// Paths that a policy guards are changed by those whom it names.
enum PathPolicy: ChangeRule {
  static let rule = Rule(
    "G007", "path-policy",
    explanation:
      "A policy in staffrepo.yaml says that only certain people may change this file. In a pull request they are known by the author of the commit, in a hook by who pushes. Policies are read from the commit before the change.",
    example: .none,
    help: "Ask one of the people whom the policy names to make this change, and take it out of this one.")

  static func check(_ change: RecordedChange) throws -> [Finding] {
    let policies = change.rules.policies.filter { $0.fields.isEmpty && !$0.paths.isEmpty && !$0.authors.isEmpty }
    guard !policies.isEmpty else { return [] }
    return try change.commits.get().flatMap { commit in
      let person = commit.person(change.authority)
      return policies.filter { !$0.admits(person) }.flatMap { policy in
        commit.changes.filter { covers(policy, $0.path, change) }.map { file in
          Finding(
            rule, file: file.path, at: .record, subject: person,
            "By \(policy.title) only \(policy.owners) may change this file; \(commit.maker(change.authority))."
          )
        }
      }
    }
  }

  /// Under another name, the data folder is guarded as before.
  private static func covers(_ policy: Configuration.Policy, _ path: String, _ change: RecordedChange) -> Bool {
    let (old, new) = (change.rules.dataFolder, change.index.configuration.dataFolder)
    if policy.covers(path) { return true }
    return old != new && path.hasPrefix(new + "/") && policy.covers(old + path.dropFirst(new.count))
  }
}
