import Events
import FileStore
import GitStore
import Journal
import Ledger
import RecordSchema
import Records

/// Brings the journal up to the branch, and the ledger up to the journal.
struct Recording {
  let workspace: Workspace
  /// Publish what came after this commit; only before the first publication.
  let from: OID?
  let now: Instant

  func run(upTo tip: OID, in ledger: Ledger) throws -> (staff: Staff, recorded: [Recorded]) {
    // Only the holder of the publishing lock moves the journal, so a lock file that is there now is a dead process's.
    try FileStore.remove(workspace.repository.gitDirectory + Journal.reference + ".lock")
    var journal = try Journal(workspace.repository)
    var recorded: [Recorded] = []
    if try ledger.position() > journal.entries.count {
      let last = try ledger.lastPublished()?.commit ?? ""
      throw LedgerError(
        """
        The ledger \(ledger.path) knows more publications than the journal (\(Journal.reference)). If the journal was lost, \
        fetch that reference from a backup or a clone. If there is none, move the ledger away and go on from what was \
        published last: staffrepo publish --from \(last)
        """)
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
        entry.held = staff.held
        entry.acknowledged = acknowledged
        try journal.append(entry, at: now)
        return true
      }
      staff = result.staff
      guard let done = result.recorded else { break }
      recorded.append(done)
    }
    let line = workspace.line(journal.entries)
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
      guard let from = from else { return entry(.baseline, from: nil, to: tip, settled: today) }
      guard try repository.firstParentChain(from: from, to: tip) != nil else {
        throw Refusal(
          "\(from.short) is not on the first-parent line of the branch, so nothing can be published from it.")
      }
      let line = workspace.line()
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
    let telling = Telling(line: workspace.line(journal.entries), entry: entry)
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
            if number % 512 == 0 { Terminal.progress("publication \(entry.position): \(number) events") }
            try writer.add(PublishedEvent(event, number: number))
          case .delivery(let delivery, _):
            deliveries += 1
            try writer.add(delivery)
          }
        }
        staff = told
        guard try confirm(told, counts.values.reduce(0, +) + deliveries) else { throw NothingNew() }
      }
      Terminal.endProgress()
    } catch is NothingNew {
      return (staff, nil)
    }
    return (staff, Recorded(entry: entry, events: counts, deliveries: deliveries))
  }
}
