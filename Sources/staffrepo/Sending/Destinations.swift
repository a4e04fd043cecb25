import FileStore
import Publishers
import RecordSchema

/// Where the systems' sets go, as the published configuration and the host say.
struct Destinations {
  let workspace: Workspace

  /// `nil`: the system fetches its files itself.
  func destination(of system: Configuration.SystemSettings) -> Destination? {
    if let destination = system.destination { return destination }
    return workspace.mappedDirectory(of: system).map { _ in Destination(.directory(system.name)) }
  }

  /// The destination's name in the ledger.
  func name(_ destination: Destination, of system: Configuration.SystemSettings) -> String {
    if case .directory = destination.place {
      return "directory \(directory(destination, of: system) ?? "")" + recipient(destination)
    }
    return "\(destination)" + recipient(destination)
  }

  /// Another key makes other files of the same set.
  private func recipient(_ destination: Destination) -> String {
    destination.encryption.map { " for \($0.recipients.joined(separator: " "))" } ?? ""
  }

  /// The folder of a destination on this machine.
  func directory(_ destination: Destination, of system: Configuration.SystemSettings) -> String? {
    guard case .directory(let name) = destination.place else { return nil }
    return workspace.mappedDirectory(of: system) ?? "\(workspace.exportsFolder)/\(name)"
  }

  func folder(of system: Configuration.SystemSettings) -> ExportFolder {
    ExportFolder("\(workspace.exportsFolder)/\(system.name)")
  }

  /// Where a system's sets go; empty when it takes them itself.
  func place(of system: Configuration.SystemSettings) -> String {
    destination(of: system).map { name($0, of: system) } ?? ""
  }
}
