import ArgumentParser
import GitStore
import Journal
import Proposals
import Publishers
import RecordSchema
import Records
import Validators

extension ReferenceUpdate {
  /// Reads `<old> <new> <ref>` lines from standard input.
  static func readAll() throws -> [ReferenceUpdate] {
    var updates: [ReferenceUpdate] = []
    while let line = readLine() {
      guard let update = ReferenceUpdate(line: line) else {
        throw EnvironmentError(
          "A hook reads '<old> <new> <ref>' lines from git; this is none of them: '\(line.prefix(80))'")
      }
      updates.append(update)
    }
    return updates
  }
}

struct PreReceive: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pre-receive", abstract: "Refuse a push that would put wrong records on the branch (called by git).",
    discussion: """
      EXAMPLES:
        exec staffrepo hook pre-receive                        in hooks/pre-receive
        exec staffrepo hook pre-receive --actor "$GL_USERNAME"   where the server says who pushes
      """)

  @Option(
    help: "Who pushes, as the server knows them: policies then judge this name, and not the authors of the commits.")
  var actor: String?

  func run() throws {
    let updates = try ReferenceUpdate.readAll()
    let workspace = try Workspace.open(fromEnvironment: environment("GIT_DIR") != nil)
    if actor?.isEmpty == true {
      throw Refusal(
        "The server does not say who pushes (--actor is empty), so policies cannot be judged. Tell its administrator.")
    }
    for update in updates { try judge(resolved(update, workspace), workspace) }
  }

  /// A symbolic reference is the one that it stands for.
  private func resolved(_ update: ReferenceUpdate, _ workspace: Workspace) -> ReferenceUpdate {
    guard let target = workspace.repository.symbolicTarget(of: update.name) else { return update }
    return ReferenceUpdate(old: update.old, new: update.new, name: target)
  }

  private func judge(_ update: ReferenceUpdate, _ workspace: Workspace) throws {
    if update.name.hasPrefix("refs/staffrepo/") {
      throw Refusal("\(update.name) is staffrepo's own record of what was published; nobody pushes to it.")
    }
    guard update.name.hasPrefix("refs/heads/"), try isTheBranch(update, workspace) else { return }
    if update.new == .zero {
      throw Refusal("\(update.name) is the branch that the staff records are published from; it cannot be deleted.")
    }
    try judgeBranchName(update, workspace)
    try judgeLine(update, workspace)
    try judgeRecords(update, workspace)
  }

  /// The configured branch; in an empty repository, the one that the pushed configuration names.
  private func isTheBranch(_ update: ReferenceUpdate, _ workspace: Workspace) throws -> Bool {
    let name = update.name.dropFirst("refs/heads/".count)
    let branch = try workspace.branch()
    if name == branch { return true }
    guard update.old == .zero, update.new != .zero,
      try workspace.repository.target(of: "refs/heads/\(branch)") == nil
    else { return false }
    let source = try CommitSource(workspace.repository, commit: update.new)
    return try source.configuration().configuration?.branch == String(name)
  }

  /// A push that names another branch in its configuration would end the checking and publishing of this one.
  private func judgeBranchName(_ update: ReferenceUpdate, _ workspace: Workspace) throws {
    guard workspace.repository.configuration("staffrepo.branch") == nil,
      let branch = try CommitSource(workspace.repository, commit: update.new).configuration().configuration?.branch,
      "refs/heads/\(branch)" != update.name
    else { return }
    throw Refusal(
      """
      staffrepo.yaml now says that the staff records are on the branch '\(branch)', but this is \(update.name).
      Correct the line branch: in staffrepo.yaml. To publish from another branch, an administrator sets it on the server: \
      git config staffrepo.branch \(branch)
      """)
  }

  /// What was published must stay on the branch's own line.
  private func judgeLine(_ update: ReferenceUpdate, _ workspace: Workspace) throws {
    guard update.old != .zero, workspace.repository.configuration("staffrepo.allowRewrites") != "true" else { return }
    guard try workspace.repository.firstParentChain(from: update.old, to: update.new) == nil else { return }
    throw Refusal(
      """
      This push would take commits off the branch that are published already: it is a force push, or a pull that merged \
      the branch into yours instead of yours into the branch.
      To mend it: git fetch, then git rebase origin/\(update.name.dropFirst("refs/heads/".count)), then push again.
      """)
  }

  private func judgeRecords(_ update: ReferenceUpdate, _ workspace: Workspace) throws {
    let source = try CommitSource(workspace.repository, commit: update.new)
    let verdict = try workspace.judge().verdict(
      on: update.new, from: update.old == .zero ? nil : update.old, actor: actor, at: Clock.now(),
      in: workspace.repository)
    var writer = DiagnosticText(source)
    for warning in verdict.warnings { Terminal.message(writer.text(warning) + "\n") }
    let all = verdict.errors + verdict.knownErrors
    let isMended = try all.contains(where: \.isOfGuard) && mendsHold(update, workspace)
    let (old, new) =
      isMended
      ? (verdict.knownErrors.filter { !$0.isOfGuard }, verdict.errors.filter { !$0.isOfGuard })
      : (verdict.knownErrors, verdict.errors)
    guard !(old + new).isEmpty else { return }
    for diagnostic in old {
      Terminal.warning("\(diagnostic.rule.code) was there before: \(diagnostic.file): \(diagnostic.message)")
    }
    guard !new.isEmpty else { return }
    for diagnostic in new { Terminal.message(writer.text(diagnostic) + "\n") }
    throw Refusal(
      "The push is refused, nothing was changed: \(counted(new.count, "error")). Correct the files, then git commit --amend (so that the mistake is never published), and push again."
    )
  }
}

extension PreReceive {
  /// While a guard holds the branch, what matters is how far the push is from what is published: taking a mass mistake back
  /// is as large a change as the mistake.
  private func mendsHold(_ update: ReferenceUpdate, _ workspace: Workspace) throws -> Bool {
    let journal = try Journal(workspace.repository)
    guard let last = journal.last, let hold = last.hold else { return false }
    let line = workspace.line(journal.entries)
    let limits = try workspace.configuration(at: hold.rules)
    let readings = try line.guards(
      from: line.staff(after: last), through: [update.new], by: limits,
      on: Clock.today(of: CommitSource(workspace.repository, commit: update.new)), isComplete: false)
    return !readings.contains { $0.isTripped }
  }
}
