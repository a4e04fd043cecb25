import ArgumentParser
import GitStore
import RecordSchema
import Records

struct PostReceive: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "post-receive", abstract: "Publish what a push put on the branch (called by git).",
    discussion: """
      EXAMPLES:
        exec staffrepo hook post-receive                       in hooks/post-receive
      """)

  @Option(help: "How many seconds the pusher waits for deliveries at most.")
  var deadline = 10

  /// Never fails a push: it has landed. What did not get through is said, and goes out with the next run.
  func run() throws {
    do {
      let updates = try ReferenceUpdate.readAll()
      let workspace = try Workspace.open()
      let name = "refs/heads/\(try workspace.branch())"
      guard let update = updates.first(where: { $0.name == name && $0.new != .zero }) else { return }
      for fault in (try? missingSecrets(of: update, workspace)) ?? [] { Terminal.warning(fault) }
      if let process = workspace.daemon() {
        try workspace.wake()
        return Terminal.message(
          "staffrepo: the daemon (process \(process)) takes it from here. How far it is: staffrepo status")
      }
      let options = Pipeline.Options(deadline: deadline, followsSchedule: true, patience: Double(deadline))
      guard let report = try Pipeline(workspace: workspace, options: options, now: Clock.now()).run() else {
        return Terminal.message(
          "staffrepo: another publication is under way; when it ends, it takes this push along.")
      }
      for line in PublishText.text(report).split(separator: "\n") { Terminal.message("staffrepo: \(line)") }
    } catch {
      Terminal.problem("The push has landed, but it is not published: \(error)")
      Terminal.message("Nothing is lost: the next publication takes it along. To do it now: staffrepo publish")
    }
  }

  /// Subscriptions that came with the push, and are told nothing because their secret stayed where they were made. Secrets of
  /// the environment are left out: a hook has the pusher's.
  private func missingSecrets(of update: ReferenceUpdate, _ workspace: Workspace) throws -> [String] {
    func files(_ commit: OID) throws -> [RecordFiles.File] {
      guard commit != .zero else { return [] }
      return try CommitSource(workspace.repository, commit: commit).recordFiles(
        .webhook, workspace.configuration(at: commit))
    }
    let before = Set(try files(update.old).map(\.bytes))
    return try files(update.new).filter { !before.contains($0.bytes) }.compactMap { file -> String? in
      guard let subscription = file.subscription?.draft, subscription.isActive else { return nil }
      for case .file(let name) in subscription.secrets {
        do { _ = try workspace.value(of: .file(name)) } catch {
          return "\(subscription.target) is told nothing yet: \(error)."
        }
      }
      return nil
    }
  }
}
