import GitStore
import Proposals
import Recruitment

extension Workspace {
  /// What imports need of this host.
  func importHost() throws -> ImportHost {
    let (folder, directory) = (folder, repository.gitDirectory)
    return ImportHost(
      open: repository.opener, branch: { try Workspace.open(at: $0.gitDirectory).branch() }, folder: folder,
      cacheFolder: keptFolder, judge: try judge(), secret: { try Workspace.open(at: directory).value(of: $0) },
      // What has landed is published at the latest by the next run.
      wake: { try? Workspace.open(at: directory).wake() })
  }
}
