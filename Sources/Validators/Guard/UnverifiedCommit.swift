import GitStore
import RecordSchema
import Records

/// Where a policy wants signatures, commits bear good ones.
enum UnverifiedCommit: ChangeRule {
  static let rule = Rule(
    "G009", "unverified-commit",
    explanation:
      "A policy with signed: true takes commits only that git verify-commit finds well signed: the author's name in a commit is whatever its maker wrote.",
    example: .none,
    help:
      "Sign the commit (git commit --amend -S), and see that the server knows the key: gpg.ssh.allowedSignersFile or a GnuPG key ring."
  )

  static func check(_ change: RecordedChange) throws -> [Finding] {
    let policies = change.rules.policies.filter { $0.isSigned && !($0.paths.isEmpty && $0.fields.isEmpty) }
    guard !policies.isEmpty else { return [] }
    return try change.commits.get().flatMap { commit -> [Finding] in
      let fields = try policies.contains { !$0.fields.isEmpty } ? FieldChanges(commit, change).all : []
      let files = commit.changes.filter { file in
        policies.contains { policy in
          (policy.paths.isEmpty || policy.covers(file.path))
            && (policy.fields.isEmpty || fields.contains { $0.file == file.path && policy.fields.contains($0.name) })
        }
      }
      guard !files.isEmpty, try !change.authority.isVerified(commit.info.oid) else { return [] }
      return files.map { file in
        Finding(
          rule, file: file.path, at: .record, subject: commit.info.authorEmail,
          "Commit \(commit.info.oid.short), which changes this file, has no signature that git finds good.")
      }
    }
  }
}
