import Access
import RecordSchema
import Records

/// Subscriptions that were made with a key of a system stay when the key ends: events that a consumer relies on are not
/// stopped in silence. Whoever had a key that leaked may have made some, too; so they are told.
func tellOngoingSubscriptions(of system: String) throws {
  let ongoing = try RecordFiles(Workspace.open(), .webhook).all().filter { file in
    file.subscription?.draft.map { $0.system == system && $0.isActive } ?? false
  }
  guard !ongoing.isEmpty else { return }
  let names = ongoing.map(\.name).sorted().joined(separator: ", ")
  Terminal.warning(
    "Subscriptions that were made with a key of \(system) go on: \(names). Look where each sends to (staffrepo webhook list), and end what should not be there: staffrepo webhook remove NAME"
  )
}
