import ArgumentParser
import GitStore
import Proposals
import Publishers
import RecordSchema
import Records
import Validators

struct PreCommit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pre-commit",
    abstract: "Stop a commit whose staged files would put wrong records on the branch (called by git).",
    discussion: """
      Only what is staged counts, and of its faults only those that the last commit does not have already.
      To commit all the same: git commit --no-verify. The server judges again.

      EXAMPLES:
        exec staffrepo hook pre-commit                         in hooks/pre-commit
      """)

  func run() throws {
    // git names its folder where it is not found from here.
    let workspace = try (try? Workspace.open()) ?? Workspace.open(at: environment("GIT_DIR") ?? ".")
    let staged = try workspace.staged()
    let last = try workspace.repository.target(of: "HEAD").map { try CommitSource(workspace.repository, commit: $0) }
    if let last, last.tree == staged.tree { return }
    let known =
      try last.map { try KnownFaults(before: $0, asOf: Clock.today(of: $0), workspace.validationCache()) }
      ?? KnownFaults()
    let report = try Validators.validate(
      staged, asOf: Clock.today(of: staged), base: try shared(last, workspace) ?? last,
      isAllowed: workspace.addressPolicy().allows(host:),
      cache: workspace.validationCache(isReadOnly: true))
    let new = report.diagnostics.filter { !known.contains($0) }
    var writer = DiagnosticText(staged)
    for diagnostic in new { Terminal.message(writer.text(diagnostic) + "\n") }
    let errors = new.count { $0.severity == .error }
    guard errors > 0 else { return }
    throw Refusal(
      "Nothing was committed: \(counted(errors, "error")) in what is staged. Correct the files, git add them, and commit again."
    )
  }
}

extension PreCommit {
  /// What others have seen of this branch: a commit that was never pushed may still be corrected.
  private func shared(_ last: CommitSource?, _ workspace: Workspace) throws -> CommitSource? {
    guard let head = last?.commit, let upstream = workspace.repository.upstream,
      let base = try workspace.repository.mergeBase(of: upstream, and: head)
    else { return nil }
    return try CommitSource(workspace.repository, commit: base)
  }
}
