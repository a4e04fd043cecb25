import FileStore
import Journal
import GitStore
import Ledger
import Publishers
import RecordSchema
import Records

/// What each system was told of one person, and since when it knows.
struct PersonKnowledge {
  struct Target {
    let name: String
    /// By what the system itself knows the person.
    let externalID: String?
    /// The newest event that it took, or the set of files.
    var event: String?
    var commit: String?
    var at: Instant?
    var waiting = 0
    var dead = 0
  }

  let id: PersonID
  let reference: String
  private(set) var targets: [Target] = []

  /// - Parameter name: an employee reference, or an id.
  init(_ name: String, _ workspace: Workspace, only: String?) throws {
    let staff = try workspace.line().staff(at: workspace.tip().commit)
    let ledger = try Ledger.openForReading(workspace.ledgerPath)
    let person = try staff.person(withReference: name) ?? Int(name).flatMap { try staff.person(PersonID($0))?.record }
    // Whoever is gone from the records may be in the ledger still.
    let earlier = try person == nil ? ledger?.newestSubject(.person, name) : nil
    guard let id = person?.id ?? earlier.map({ PersonID($0.id) }) else {
      throw Refusal("There is nobody '\(name)' in the records, and nobody was ever told of one.")
    }
    self.id = id
    reference = person?.reference.rawValue ?? earlier?.subject ?? name
    let deliveries = try ledger?.deliveries(ofRecord: .person, id: id.rawValue) ?? []
    let all = try Targets(workspace)
    func externalID(_ system: String) -> String? { person?.externalIDs.first { $0.system == system }?.id }
    for subscription in all.subscriptions where (only ?? subscription.target) == subscription.target {
      let own = deliveries.filter { $0.target == subscription.target }
      let newest = own.filter { $0.state == .delivered }.max { ($0.position, $0.number) < ($1.position, $1.number) }
      targets.append(
        Target(
          name: subscription.target, externalID: externalID(subscription.name), event: newest?.name,
          commit: try newest.flatMap { try ledger?.commit(of: $0) }, at: newest?.finished,
          waiting: own.count { $0.state == .pending }, dead: own.count { $0.state == .dead }))
    }
    for system in all.systems where system.isEnabled {
      let name = "export/\(system.name)"
      guard (only ?? name) == name else { continue }
      var run = try ledger?.newestExport(of: name, succeeded: true)
      // Whoever came later is not in it.
      if let commit = run.flatMap({ OID($0.commit) }), try workspace.line().staff(at: commit).person(id) == nil {
        run = nil
      }
      targets.append(
        Target(
          name: name, externalID: externalID(system.name), event: run == nil ? nil : "files", commit: run?.commit,
          at: run?.at))
    }
  }

  var json: JSON {
    [
      "id": .int(id.rawValue), "employee_reference": .string(reference),
      "targets": .array(
        targets.map {
          [
            "target": .string($0.name), "external_id": .optional($0.externalID), "event": .optional($0.event),
            "commit": .optional($0.commit), "at": .optional($0.at?.description), "waiting": .int($0.waiting),
            "dead": .int($0.dead),
          ]
        }),
    ]
  }
}
