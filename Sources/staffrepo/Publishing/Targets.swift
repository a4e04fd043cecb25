import GitStore
import Publishers
import RecordSchema
import Records

/// Everything that is published to, as the branch's tip says.
struct Targets {
  let subscriptions: [Subscription]
  let systems: [Configuration.SystemSettings]

  init(_ workspace: Workspace) throws {
    var staff = Staff()
    _ = try staff.move(to: CommitSource(workspace.repository, commit: try workspace.tip().commit))
    self.init(staff)
  }

  init(_ staff: Staff) {
    subscriptions = staff.subscriptions
    systems = staff.configuration.systems.filter { PublisherRegistry.publisher(for: $0.name) != nil }
  }

  var names: [String] { subscriptions.map(\.target) + systems.map { "export/\($0.name)" } }
}
