import ArgumentParser
import FileStore
import RecordSchema
import Records

struct WebhookRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "End a subscription: takes its file out of the work tree.",
    discussion: """
      Once that is on the branch, the endpoint is told nothing more, also not that people have left: what waits for it is \
      given up. To pause it instead, write is_active: false into the file.

      EXAMPLES:
        staffrepo webhook remove rota
        git commit -am "The rota app is gone" && git push
      """)

  @Argument(help: "The subscription's name: its file's without .yaml.")
  var name: String

  func run() throws {
    let workspace = try Workspace.open()
    let files = try RecordFiles(workspace, .webhook)
    let stem = name.hasPrefix("webhook/") ? String(name.dropFirst("webhook/".count)) : name
    let file = try files.file(named: stem)
    let own = SecretReference.file(stem)
    try files.remove(file)
    Terminal.message(
      """
      \(file.path) is removed, not committed. Once that is on the branch, \(stem) is told nothing more, and what waits for \
      it is given up.
      """)
    if file.subscription?.draft?.secrets.contains(own) == true, FileStore.exists(workspace.path(of: own)) {
      Terminal.message("Its secret stays in \(workspace.path(of: own)): remove that too, once it is on the branch.")
    }
  }
}
