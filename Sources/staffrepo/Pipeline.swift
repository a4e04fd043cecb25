import Events
import FileStore
import GitStore
import Journal
import Ledger
import Publishers
import RecordSchema
import Records

/// From what landed on the branch to what every system was told: the journal first, then the ledger, then deliveries and
/// export files.
struct Pipeline {
  struct Options {
    /// Publish what came after this commit; only before the first publication.
    var from: OID?
    /// Deliver or export to this target only.
    var target: String?
    /// Keep trying failed deliveries for so long; `nil`: try everything once.
    var deadline: Int?
    /// Write only those export files that are due by their schedule.
    var followsSchedule = false
  }

  let workspace: Workspace
  let options: Options
  let now: Instant

  func run() throws -> PublishReport {
    let lock = try workspace.publishingLock()
    defer { withExtendedLifetime(lock) {} }
    let started = Clock.monotonicMilliseconds()
    let tip = try workspace.tip()
    let ledger = try Ledger.open(workspace.ledgerPath)
    let (staff, recorded) = try recordPublications(of: tip.commit, in: ledger)
    var report = PublishReport(tip: tip, position: try ledger.position(), recorded: recorded, held: staff.held)
    report.deliveries = try deliver(from: ledger, staff, started: started)
    report.exports = try writeExports(of: staff, position: report.position, in: ledger)
    let switchedOff = Set(staff.subscriptions.filter { !$0.isActive }.map(\.target))
    report.waiting = try ledger.targetsWaiting().filter {
      !switchedOff.contains($0) && (options.target ?? $0) == $0
    }
    return report
  }

  // MARK: Journal and ledger

  /// Brings the ledger up to the journal, and the journal up to the branch.
  func recordPublications(of tip: OID, in ledger: Ledger) throws -> (staff: Staff, recorded: [Recorded]) {
    var journal = try Journal(workspace.repository)
    var recorded: [Recorded] = []
    if try ledger.position() > journal.entries.count {
      throw LedgerError(
        "The ledger \(ledger.path) knows more publications than the journal, so it is another repository's, or the journal was lost. Move the ledger away; the next publish rebuilds it."
      )
    }
    for entry in journal.entries.dropFirst(try ledger.position()) {
      _ = try record(entry, journal, in: ledger)
    }
    var staff: Staff?
    while let entry = try nextEntry(after: journal, tip: tip) {
      let acknowledged = try ledger.acknowledged(upTo: entry.position - 1)
      let result = try record(entry, journal, in: ledger) { staff, events in
        // Nothing landed and no date came: there is nothing to publish.
        if events == 0, entry.kind == .forward, entry.from == entry.to { return false }
        var entry = entry
        entry.held = staff.held.map { "\($0.kind.rawValue):\($0.key.isEmpty ? $0.path : $0.key)" }
        entry.acknowledged = acknowledged
        try journal.append(entry, at: now)
        return true
      }
      staff = result.staff
      guard let done = result.recorded else { break }
      recorded.append(done)
    }
    let line = PublishedLine(workspace.repository, entries: journal.entries)
    return (try staff ?? journal.last.map { try line.staff(after: $0) } ?? line.staff(at: tip), recorded)
  }

  /// What is to be published next; `nil` when everything is.
  func nextEntry(after journal: Journal, tip: OID) throws -> JournalEntry? {
    let repository = workspace.repository
    let zone = try workspace.configuration(at: tip).organisation.timeZone
    let today = zone.date(at: now)
    func entry(_ kind: JournalEntry.Kind, from: OID?, to: OID, settled: CalendarDate) -> JournalEntry {
      let position = journal.entries.count + 1
      return JournalEntry(
        position: position, kind: kind, from: from, to: to, settled: settled, held: [], approvals: [],
        acknowledged: [:], rewrittenAt: kind == .rewrite ? position : journal.last?.rewrittenAt)
    }
    guard let last = journal.last else {
      guard let from = options.from else { return entry(.baseline, from: nil, to: tip, settled: today) }
      guard try repository.firstParentChain(from: from, to: tip) != nil else {
        throw Refusal(
          "\(from.short) is not on the first-parent line of the branch, so nothing can be published from it.")
      }
      let line = PublishedLine(repository, entries: [])
      return entry(.baseline, from: nil, to: from, settled: min(try line.settledDay(at: from, zone), today))
    }
    if last.to == tip {
      return today > last.settled ? entry(.forward, from: tip, to: tip, settled: today) : nil
    }
    let follows = try repository.firstParentChain(from: last.to, to: tip) != nil
    return entry(follows ? .forward : .rewrite, from: last.to, to: tip, settled: max(today, last.settled))
  }

  struct Recorded {
    let entry: JournalEntry
    let events: [String: Int]
    let deliveries: Int
  }

  /// Writes an entry's events and deliveries into the ledger, all or none.
  ///
  /// - Parameter confirm: called when everything is in the transaction; it writes the journal, and the ledger's
  ///   transaction ends after it. `false`: nothing is written.
  private func record(
    _ entry: JournalEntry, _ journal: Journal, in ledger: Ledger,
    confirm: (Staff, Int) throws -> Bool = { _, _ in true }
  ) throws -> (staff: Staff?, recorded: Recorded?) {
    struct NothingNew: Error {}
    let telling = Telling(line: PublishedLine(workspace.repository, entries: journal.entries), entry: entry)
    var counts: [String: Int] = [:]
    var deliveries = 0
    var staff: Staff?
    do {
      try ledger.recordPublication(
        position: entry.position, kind: entry.kind.rawValue, from: entry.from?.description, to: entry.to.description,
        settled: entry.settled, acknowledged: journal.last?.acknowledged ?? [:], at: now
      ) { writer in
        let told = try telling.tell { item in
          switch item {
          case .event(let event, let number):
            counts[event.name.rawValue, default: 0] += 1
            try writer.add(PublishedEvent(event, number: number))
          case .delivery(let delivery, _):
            deliveries += 1
            try writer.add(delivery)
          }
        }
        staff = told
        guard try confirm(told, counts.values.reduce(0, +) + deliveries) else { throw NothingNew() }
      }
    } catch is NothingNew {
      return (staff, nil)
    }
    return (staff, Recorded(entry: entry, events: counts, deliveries: deliveries))
  }

  // MARK: Deliveries

  private func deliver(from ledger: Ledger, _ staff: Staff, started: Int64) throws -> Courier.Summary {
    let endpoints = try endpoints(staff, in: ledger)
    let courier = Courier(
      ledger: ledger, endpoints: endpoints.filter { $0.fault == nil }, policy: try workspace.addressPolicy(),
      clock: { now.adding(milliseconds: Clock.monotonicMilliseconds() - started) },
      random: { Double.random(in: 0...1) })
    courier.report = { delivery, status, error in
      if let error { Terminal.message("\(delivery.target): \(delivery.name) \(delivery.subject): \(error)") }
    }
    let patience: Courier.Patience = options.deadline.map { .until(now.adding(seconds: Int64($0))) } ?? .once
    return try courier.run(patience)
  }

  /// The subscriptions of the tip that may be sent to. What waits for one that is gone is cancelled.
  private func endpoints(_ staff: Staff, in ledger: Ledger) throws -> [Endpoint] {
    let subscriptions = Dictionary(uniqueKeysWithValues: staff.subscriptions.map { ($0.target, $0) })
    for target in try ledger.targetsWaiting() where subscriptions[target] == nil {
      let waiting = try ledger.waiting(for: target, after: (0, 0), limit: Int.max)
      try ledger.finish(
        waiting.map(\.id), as: .cancelled, reason: "The subscription was removed from the branch.", at: now)
    }
    let wanted = staff.subscriptions.filter { $0.isActive && (options.target ?? $0.target) == $0.target }
    return try wanted.compactMap { subscription in
      if try ledger.noteAddress(subscription.url, of: subscription.target) { try ledger.enable(subscription.target) }
      if try ledger.disabledReason(of: subscription.target) != nil { return nil }
      let endpoint = endpoint(subscription, staff.configuration.organisation.id)
      if let fault = endpoint.fault { Terminal.problem("\(subscription.target): \(fault). Nothing is sent there.") }
      return endpoint
    }
  }

  private func endpoint(_ subscription: Subscription, _ organisation: Int) -> Endpoint {
    do {
      return Endpoint(
        target: subscription.target, url: subscription.url, organisation: organisation,
        secrets: try workspace.secrets(subscription.secrets), fault: nil)
    } catch {
      return Endpoint(
        target: subscription.target, url: subscription.url, organisation: organisation, secrets: [], fault: "\(error)")
    }
  }

  // MARK: Exports

  private func writeExports(of staff: Staff, position: Int, in ledger: Ledger) throws -> [ExportRun] {
    let wanted = staff.configuration.systems.filter { system in
      system.isEnabled && !system.isApp && (options.target.map { $0 == "export/\(system.name)" } ?? true)
        && PublisherRegistry.publisher(for: system.name) != nil
    }
    guard !wanted.isEmpty else { return [] }
    let list = staff.list(on: staff.configuration.organisation.timeZone.date(at: now))
    return try wanted.compactMap { system in
      guard try isDue(system, list, position, in: ledger) else { return nil }
      let run = ExportWriting(system: system, keep: staff.configuration.keptExports, folder: workspace.exportsFolder)
        .run(list, position: position, at: now)
      if let error = run.error { Terminal.problem("\(run.target): \(error)") }
      try ledger.record(run)
      return run
    }
  }

  /// Not when the set is there already, nor before its time when the schedule decides.
  private func isDue(
    _ system: Configuration.SystemSettings, _ list: StaffList, _ position: Int, in ledger: Ledger
  ) throws -> Bool {
    guard let last = try ledger.newestExport(of: "export/\(system.name)", succeeded: true) else { return true }
    let folder = ExportFolder("\(workspace.exportsFolder)/\(system.name)")
    let isThere =
      last.folder.map { folder.current == $0 && FileStore.exists("\(folder.path)/\($0)/manifest.json") } ?? false
    if isThere, last.position == position, last.commit == list.commit, last.asOf == list.asOf { return false }
    guard options.followsSchedule, isThere else { return true }
    return now >= last.at.adding(seconds: Int64(system.schedule.interval))
  }
}

/// What one run did.
struct PublishReport {
  let branch: String
  let commit: OID
  let position: Int
  let recorded: [Pipeline.Recorded]
  let held: [HeldRecord]
  var deliveries = Courier.Summary()
  var exports: [ExportRun] = []
  /// Endpoints for which something waits.
  var waiting: [String] = []

  init(
    tip: (branch: String, commit: OID), position: Int, recorded: [Pipeline.Recorded], held: [HeldRecord]
  ) {
    branch = tip.branch
    commit = tip.commit
    self.position = position
    self.recorded = recorded
    self.held = held
  }

  var hasFailed: Bool { !waiting.isEmpty || deliveries.dead > 0 || exports.contains { $0.error != nil } }
}
