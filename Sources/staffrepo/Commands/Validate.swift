import ArgumentParser
import GitStore
import Publishers
import RecordSchema
import Records
import Validators

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Judge all records of a commit, of the index, or of the files as they stand.",
    discussion: """
      EXAMPLES:
        staffrepo validate                   the last commit
        staffrepo validate feature/leavers   another branch
        staffrepo validate --base origin/main      a pull request: also what the change itself does
        staffrepo validate --staged          what git commit would commit
        staffrepo validate --worktree --format json
        staffrepo validate --fix             mend what is safe to mend, then judge the files
        staffrepo validate --as-of 2027-01-01      with the eyes of that day
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, github, gitlab, sarif, junit }

  @Argument(help: "The commit, branch or tag to judge.")
  var revision = "HEAD"

  @Flag(help: "Judge the files in the work tree, saved but perhaps not committed.")
  var worktree = false

  @Flag(help: "Judge what is staged for the next commit.")
  var staged = false

  @Flag(help: "Mend in the work tree what is safe to mend (quotes, blanks, yes and no), then judge it.")
  var fix = false

  @Option(help: "The commit to compare with: judges what changed since the two parted as well.")
  var base: String?

  @Option(help: "The day of which rules speak that depend on one, such as 2026-12-31; by default today.")
  var asOf: CalendarDate?

  @Option(
    help: """
      text for people, json for machines, github for annotations of a pull request, gitlab for Code Quality, sarif for \
      code scanning and editors, junit for CI servers.
      """)
  var format = Format.text

  func validate() throws {
    if base != nil, worktree {
      throw ValidationError("--base does not go with --worktree: stage the files (git add) and use --staged.")
    }
    if fix, staged || base != nil {
      throw ValidationError("--fix mends the files of the work tree; it does not go with --staged or --base.")
    }
    if worktree || staged || fix, revision != "HEAD" {
      throw ValidationError("A commit is judged, or the files as they are: leave out \(revision) or the option.")
    }
    if worktree, staged { throw ValidationError("--worktree and --staged exclude each other.") }
  }

  func run() throws {
    let workspace = try Workspace.open()
    let repository = workspace.repository
    if worktree || fix {
      guard let root = repository.workDirectory else {
        throw EnvironmentError("This repository is bare: it has no work tree. Judge a commit: staffrepo validate REV")
      }
      if fix { try mend(root) }
      let submodules = try repository.indexEntries().filter { $0.kind == .submodule }.map(\.path)
      try report(workspace, WorkTreeSource(root: root, submodules: Set(submodules)))
    } else if staged {
      let base = try base.map { try CommitSource(repository, commit: repository.commit(named: $0)) }
      try report(workspace, workspace.staged(), base: base, workspace.validationCache(isReadOnly: true))
    } else {
      if revision == "HEAD", try repository.target(of: "HEAD") == nil {
        throw EnvironmentError(
          "Nothing is committed here yet. To judge the files as they stand: staffrepo validate --worktree")
      }
      let commit = try repository.commit(named: revision)
      // Whose guards and policies hold when the change is merged.
      let named = try base.map { try repository.commit(named: $0) }
      let base = try named.map { base in
        // What the base got since the two parted is no change of this commit's.
        try CommitSource(repository, commit: repository.mergeBase(of: base, and: commit) ?? base)
      }
      try report(
        workspace, CommitSource(repository, commit: commit), base: base, rules: named, workspace.validationCache())
    }
  }

  /// A fix may make room for another, of the same place.
  private func mend(_ root: String) throws {
    var all = Fixing.Outcome()
    for _ in 0..<4 {
      let source = WorkTreeSource(root: root)
      let report = try Validators.validate(source, asOf: asOf ?? Clock.today(of: source))
      let outcome = try Fixing(root: root).apply(report.diagnostics)
      if outcome.fixes == 0 { break }
      all.fixes += outcome.fixes
      all.files.formUnion(outcome.files)
    }
    Terminal.message(
      all.fixes == 0
        ? "Nothing to mend."
        : "\(counted(all.fixes, "place")) mended in \(counted(all.files.count, "file")): git diff shows them.")
  }

  private func report(
    _ workspace: Workspace, _ source: some RecordSource, base: CommitSource? = nil, rules: OID? = nil,
    _ cache: ValidationCache? = nil
  ) throws {
    let report = try Validators.validate(
      source, asOf: asOf ?? Clock.today(of: source), base: base,
      authority: ChangeAuthority(rules: rules, isVerified: isSignatureGood),
      isAllowed: workspace.addressPolicy().allows(host:), cache: cache
    ) { done, all in
      Terminal.progress("reading records: \(done) of \(all)")
    }
    Terminal.endProgress()
    switch format {
    case .json: Terminal.print(report.json.prettyText)
    case .github: for diagnostic in report.diagnostics { Terminal.print(diagnostic.githubAnnotation) }
    case .gitlab: Terminal.print(report.gitLabReport.prettyText)
    case .sarif: Terminal.print(report.sarif(version: StaffRepo.configuration.version).prettyText)
    case .junit: Terminal.print(report.junitReport)
    case .text: printText(report, source)
    }
    if report.errors > 0 { throw ExitCode(1) }
  }

  private func printText(_ report: ValidationReport, _ source: some RecordSource) {
    var writer = DiagnosticText(source)
    for diagnostic in report.diagnostics { Terminal.print(writer.text(diagnostic) + "\n") }
    Terminal.print(report.summary)
  }
}

extension Diagnostic {
  /// A workflow command of GitHub Actions: the finding at its line in the pull request.
  var githubAnnotation: String {
    func escaped(_ text: String) -> String {
      text.replacing("%", with: "%25").replacing("\n", with: "%0A").replacing("\r", with: "%0D")
    }
    let path = escaped(file).replacing(",", with: "%2C").replacing(":", with: "%3A")
    let place =
      "file=\(path),line=\(range.start.line),col=\(range.start.column),endLine=\(range.end.line),endColumn=\(range.end.column)"
    let text = [message, help].compactMap(\.self).joined(separator: " ")
    return "::\(severity.rawValue) \(place),title=\(rule.code) \(rule.name)::\(escaped(text))"
  }
}
