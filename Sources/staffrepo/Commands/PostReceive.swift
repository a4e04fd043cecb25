import ArgumentParser
import GitStore

struct PostReceive: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "post-receive", abstract: "Publish what a push put on the branch (called by git).")

  @Option(help: "How many seconds the pusher waits for deliveries at most.")
  var deadline = 10

  /// Never fails a push: it has landed. What did not get through is said, and goes out with the next run.
  func run() throws {
    do {
      let updates = try ReferenceUpdate.readAll()
      let workspace = try Workspace.open()
      let name = "refs/heads/\(try workspace.branch())"
      guard updates.contains(where: { $0.name == name && $0.new != .zero }) else { return }
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
}
