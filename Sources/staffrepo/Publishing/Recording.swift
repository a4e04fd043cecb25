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

  func run(upTo tip: OID, in ledger: Ledger) throws -> Published {
    // Only the holder of the publishing lock moves the journal, so a lock file that is there now is a dead process's.
    try FileStore.remove(workspace.repository.gitDirectory + Journal.reference + ".lock")
    var journal = try Journal(workspace.repository)
    try refuseLostJournal(journal, ledger)
    for entry in try journal.entries.entries(from: ledger.position() + 1) {
      _ = try record(entry, journal, in: ledger) { _, _ in entry }
    }
    var published = Published()
    let rules = journal.last.map { $0.hold?.rules ?? $0.to }
    while let next = try nextEntry(after: journal, tip: tip) {
      let done = try publish(next, &journal, rules: rules, tip, in: ledger)
      published.recorded += done.compactMap(\.recorded)
      published.staff = done.last?.staff ?? published.staff
      if done.isEmpty || done.contains(where: { $0.recorded == nil }) || journal.last?.hold != nil { break }
    }
    published.entry = journal.last
    if published.staff == nil {
      let line = workspace.line(journal.entries)
      published.staff = try journal.last.map { try line.staff(after: $0) } ?? line.staff(at: tip)
    }
    return published
  }

  /// Writes the next entry, or as much of it as the guards let through, in several if need be.
  private func publish(
    _ next: JournalEntry, _ journal: inout Journal, rules: OID?, _ tip: OID, in ledger: Ledger
  ) throws -> [Outcome] {
    guard let last = journal.last, next.kind != .baseline, next.from != next.to || last.hold != nil else {
      return [try append(next, &journal, in: ledger)]
    }
    let gate = try Gate(workspace, rules: rules ?? last.to, tip: tip, today: next.settled)
    let line = workspace.line(journal.entries)
    if let hold = last.hold {
      if let released = try gate.release(next, along: line) { return [try append(released, &journal, in: ledger)] }
      let held = try gate.hold(after: last, next, along: line)
      return held.hold?.saysTheSame(as: hold) == true ? [] : [try append(held, &journal, in: ledger)]
    }
    do {
      return [try append(next, &journal, in: ledger, gate: gate)]
    } catch let stop as PublishedLine.Stop {
      let entries = journal.entries
      let parts = try gate.parts(of: next, after: last, stop, along: line) { workspace.line(entries.adding($0)) }
      return try parts.map { try append($0, &journal, in: ledger) }
    }
  }

  /// Writes an entry into the journal, and what it tells into the ledger.
  ///
  /// - Parameter gate: asked about each commit.
  /// - Throws: ``PublishedLine/Stop`` when a commit may not be published; then nothing is written.
  private func append(
    _ entry: JournalEntry, _ journal: inout Journal, in ledger: Ledger, gate: Gate? = nil
  ) throws -> Outcome {
    let acknowledged = try ledger.acknowledged(upTo: entry.position - 1)
    let isHeld = entry.hold != nil || journal.last?.hold != nil
    let line = workspace.line(journal.entries)
    var approvals = Set(entry.approvals)
    return try record(
      entry, journal, in: ledger,
      while: gate.map { gate in
        { step in
          guard let used = try gate.approvals(of: gate.tripped(by: step, along: line)) else { return false }
          approvals.formUnion(used)
          return true
        }
      }
    ) { staff, events in
      // Nothing landed and no date came: there is nothing to publish.
      if events == 0, entry.kind == .forward, entry.from == entry.to, !isHeld { return nil }
      var entry = entry
      entry.held = staff.held
      entry.acknowledged = acknowledged
      entry.approvals = approvals.sorted()
      try journal.append(entry, at: now)
      return entry
    }
  }

  private func refuseLostJournal(_ journal: Journal, _ ledger: Ledger) throws {
    guard try ledger.position() > journal.entries.count else { return }
    let last = try ledger.lastPublished()?.commit ?? ""
    throw LedgerError(
      """
      The ledger \(ledger.path) knows more publications than the journal (\(Journal.reference)). If the journal was lost, \
      fetch that reference from a backup or a clone. If there is none, move the ledger away, \
      remove what is left of the journal (git update-ref -d \(Journal.reference)), and go on from what was published \
      last: staffrepo publish --from \(last)
      """)
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
    if last.to == tip, last.hold == nil {
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

  /// What became of an entry.
  private struct Outcome {
    let staff: Staff?
    /// `nil`: there was nothing to record.
    let recorded: Recorded?
  }

  /// Writes an entry's events and deliveries into the ledger, all or none.
  ///
  /// - Parameter mayPass: asked about each commit; `nil` for what is in the journal already, or was judged.
  /// - Parameter confirm: called when everything is in the transaction; it writes the journal, and the ledger's
  ///   transaction ends after it. `nil`: nothing is written.
  private func record(
    _ entry: JournalEntry, _ journal: Journal, in ledger: Ledger, while mayPass: ((Step) throws -> Bool)? = nil,
    confirm: (Staff, Int) throws -> JournalEntry?
  ) throws -> Outcome {
    struct NothingNew: Error {}
    let telling = Telling(line: workspace.line(journal.entries), entry: entry)
    var counts: [String: Int] = [:]
    var deliveries = 0
    var staff: Staff?
    var entry = entry
    do {
      try ledger.recordPublication(
        position: entry.position, kind: entry.kind.rawValue, from: entry.from?.description, to: entry.to.description,
        settled: entry.settled, acknowledged: journal.last?.acknowledged ?? [:], at: now
      ) { writer in
        let told = try telling.tell(while: mayPass) { item in
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
        guard let confirmed = try confirm(told, counts.values.reduce(0, +) + deliveries) else { throw NothingNew() }
        entry = confirmed
      }
      Terminal.endProgress()
    } catch is NothingNew {
      return Outcome(staff: staff, recorded: nil)
    }
    return Outcome(staff: staff, recorded: Recorded(entry: entry, events: counts, deliveries: deliveries))
  }
}
