import Events
import GitStore
import Journal
import RecordSchema
import Records
import Validators

/// Judges by guards what is to be published, and finds out whether somebody who may has approved it.
///
/// Guards and approvers are those of the commit that was published before, so that no push frees itself.
struct Gate {
  let workspace: Workspace
  /// The commit whose settings count.
  let rules: OID
  /// The newest commit, in whose tree approvals are looked for.
  let tip: OID
  private let limits: Configuration
  private let approvals: Approvals

  init(_ workspace: Workspace, rules: OID, tip: OID, today: CalendarDate) throws {
    self.workspace = workspace
    self.rules = rules
    self.tip = tip
    limits = try workspace.configuration(at: rules)
    approvals = try Approvals(
      in: CommitSource(workspace.repository, commit: tip), since: rules, by: limits, on: today)
  }

  /// What of a step no guard lets through, approved or not.
  func tripped(by step: Step, along line: PublishedLine) throws -> [GuardReading] {
    try line.guards(of: step, by: limits, on: step.date).filter(\.isTripped)
  }

  /// The approvals that let all of it through; `nil` when one is missing.
  func approvals(of tripped: [GuardReading]) throws -> Set<String>? {
    var used: Set<String> = []
    for (name, readings) in Dictionary(grouping: tripped, by: \.limit.name) {
      let count = readings.map(\.count).max() ?? 0
      guard let approval = try approvals.standing(of: name, count: count).approval else { return nil }
      used.insert(approval)
    }
    return used
  }

  /// How what was held may be published after all: commit by commit when everything is approved; as the sum of its commits
  /// when that is below the guards, or approved. `nil` when it may not.
  ///
  /// - Parameter entry: all of it, as the next entry of the journal.
  func release(_ entry: JournalEntry, along line: PublishedLine) throws -> JournalEntry? {
    // The branch went back to what is published.
    if entry.from == entry.to { return entry }
    var net = entry
    net.isNet = entry.kind == .forward
    for var candidate in net.isNet ? [entry, net] : [entry] {
      guard let used = try approvals(of: tripped(along: candidate, line).flatMap(\.readings)) else { continue }
      candidate.approvals = used.sorted()
      return candidate
    }
    return nil
  }

  /// What of an entry may be published when a commit may not, part by part; the last part says what holds the rest.
  ///
  /// - Parameter lineWith: the published line with one entry more.
  func parts(
    of entry: JournalEntry, after last: JournalEntry, _ stop: PublishedLine.Stop, along line: PublishedLine,
    lineWith: (JournalEntry) -> PublishedLine
  ) throws -> [JournalEntry] {
    var part = entry
    part.to = stop.last ?? last.to
    part.settled = stop.settled
    if stop.last == nil { (part.kind, part.rewrittenAt) = (.forward, last.rewrittenAt) }
    part.approvals = try approvals(along: part, line)
    guard stop.last != nil else {
      if let released = try release(entry, along: line) { return [released] }
      part.hold = try hold(at: stop.commit, part, entry, along: line, told: Hold.Told())
      return [part]
    }
    var rest = entry
    rest.from = part.to
    rest.position += 1
    let line = lineWith(part)
    if let released = try release(rest, along: line) { return [part, released] }
    part.hold = try hold(at: stop.commit, part, rest, along: line, told: Hold.Told())
    return [part]
  }

  /// An entry that tells only what became known since the branch was held.
  ///
  /// - Parameter rest: everything that is held, as the next entry.
  func hold(after last: JournalEntry, _ rest: JournalEntry, along line: PublishedLine) throws -> JournalEntry {
    var entry = last
    entry.position = rest.position
    (entry.kind, entry.from, entry.isNet, entry.approvals) = (.forward, last.to, false, [])
    if let earlier = last.hold {
      entry.hold = try hold(at: earlier.commit, last, rest, along: line, told: earlier.told)
    }
    return entry
  }

  private func hold(
    at commit: OID, _ published: JournalEntry, _ rest: JournalEntry, along line: PublishedLine, told: Hold.Told
  ) throws -> Hold {
    let tripped = try tripped(along: rest, line)
    var hold = Hold(
      commit: tripped.first?.commit ?? commit, tip: tip, rules: rules, day: rest.settled,
      guards: tripped.flatMap(\.readings).map(Hold.TrippedGuard.init))
    hold.notes = try notes(tripped.flatMap(\.readings))
    hold.told = told
    try hold.look(at: line.staff(after: published), published.settled, workspace.repository)
    return hold
  }

  /// Why nothing that stands in the approvals lets it through.
  private func notes(_ tripped: [GuardReading]) throws -> [String] {
    if limits.approvers.isEmpty {
      return [
        "Nobody was an approver when this was published last, so it can only be taken back: revert it, publish a line approvers: in staffrepo.yaml, then make the change again."
      ]
    }
    return try Dictionary(grouping: tripped, by: \.limit.name).sorted { $0.key < $1.key }.compactMap { name, readings in
      let why = try approvals.standing(of: name, count: readings.map(\.count).max() ?? 0).why
      return why.isEmpty ? nil : String(why.dropFirst())
    }
  }

  /// The guards that an entry trips, commit by commit.
  private func tripped(
    along entry: JournalEntry, _ line: PublishedLine
  ) throws -> [(commit: OID?, readings: [GuardReading])] {
    var all: [(commit: OID?, readings: [GuardReading])] = []
    try line.look(along: entry) { step in
      let readings = try self.tripped(by: step, along: line)
      if !readings.isEmpty { all.append((OID(step.commit), readings)) }
    }
    return all
  }

  private func approvals(along entry: JournalEntry, _ line: PublishedLine) throws -> [String] {
    try approvals(of: tripped(along: entry, line).flatMap(\.readings))?.sorted() ?? []
  }
}

extension Hold {
  /// Who is no longer active by the held commits, or again.
  ///
  /// - Parameter published: the staff as it was published last.
  /// - Parameter settled: the day on which it was.
  mutating func look(at published: Staff, _ settled: CalendarDate, _ repository: Repository) throws {
    var newest = published
    let change = try newest.move(to: CommitSource(repository, commit: tip))
    var ids = Set(change.people.map(\.id)).union(told.inactive).union(told.gone)
    for staff in [published, newest] {
      for (_, people) in try staff.boundaries(after: settled, through: day) { ids.formUnion(people) }
    }
    for id in ids {
      guard let before = try published.person(id)?.record else { continue }
      try look(at: id, before, settled, now: newest.person(id)?.record)
    }
  }

  private mutating func look(at id: PersonID, _ before: Person, _ settled: CalendarDate, now: Person?) {
    let isActive = now.map { $0.status(on: day).isActive } ?? false
    if told.inactive.contains(id) || told.gone.contains(id) {
      if isActive {
        told.inactive.remove(id)
        told.gone.remove(id)
        told.restored.insert(id)
      } else if now == nil, !isAboutAccess, told.inactive.remove(id) != nil {
        told.gone.insert(id)
      }
      return
    }
    // What the published tree alone brings about by date is no matter of the guard.
    let isSure = !isAboutAccess || !before.status(on: day).isActive
    guard before.status(on: settled).isActive, !isActive, isSure else { return }
    told.restored.remove(id)
    if now == nil, !isAboutAccess { told.gone.insert(id) } else { told.inactive.insert(id) }
  }
}
