import Catalogue
import Events
import GitStore
import RecordSchema
import Records

/// Finds the state of the staff at any point of the published line, and retells any publication.
public struct PublishedLine {
  let repository: Repository
  private let entries: [JournalEntry]
  private let catalogues: CatalogueStore?

  /// - Parameter catalogues: what earlier runs kept; with it, a state costs what differs from the last one.
  public init(_ repository: Repository, entries: [JournalEntry], catalogues: CatalogueStore?) {
    self.repository = repository
    self.entries = entries
    self.catalogues = catalogues
  }

  /// The staff in force after an entry of the journal.
  public func staff(after entry: JournalEntry) throws -> Staff {
    try staff(at: commitsBackwards(from: entry), keepsNear: true)
  }

  /// The staff in force at a commit, as its own line of first parents has it.
  public func staff(at commit: OID) throws -> Staff {
    try staff(at: AnySequence(FirstParents(repository, from: commit, until: nil)))
  }

  /// Goes back to the nearest commit that needs no memory of what came before it, then forward again.
  ///
  /// A record that is held at a commit has the state of an earlier one; which one, only the line tells.
  private func staff(at backwards: AnySequence<OID>, keepsNear: Bool = false) throws -> Staff {
    var staff = try Staff()
    var later: [OID] = []
    for commit in backwards {
      if later.isEmpty { staff = try Staff(near: commit, in: repository, catalogues, keepsNear: keepsNear) }
      _ = try staff.move(to: try CommitSource(repository, commit: commit))
      if staff.isClean {
        for commit in later.reversed() { _ = try staff.move(to: try CommitSource(repository, commit: commit)) }
        return staff
      }
      later.append(commit)
    }
    // Not one clean commit: begin before the first.
    staff = try Staff()
    for commit in later.reversed() { _ = try staff.move(to: try CommitSource(repository, commit: commit)) }
    return staff
  }

  /// The commits as they were published, newest first: along first parents within an entry, from entry to entry where the
  /// branch was rewritten.
  private func commitsBackwards(from entry: JournalEntry) -> AnySequence<OID> {
    let repository = repository
    let parts = entries.prefix(entry.position).reversed()
    return AnySequence(
      parts.lazy.flatMap { part -> AnySequence<OID> in
        part.kind == .rewrite
          ? AnySequence([part.to]) : AnySequence(FirstParents(repository, from: part.to, until: part.from))
      })
  }

  /// Tells the steps of a publication, those that are in the journal and those that may come to be.
  public func tell(_ entry: JournalEntry, _ emit: (Step) throws -> Void) throws -> Staff {
    let previous = entries.prefix(entry.position - 1).last
    let timeline: Timeline
    switch (entry.kind, previous) {
    case (.baseline, _), (_, nil):
      timeline = Timeline(repository, staff: try Staff(), settled: nil, rewrittenAt: nil)
      let commits = try repository.firstParentChain(from: nil, to: entry.to) ?? []
      let ahead = try readAhead(commits, after: nil)
      try advance(timeline, along: commits, ahead, today: { _ in entry.settled }, emit)
    case (.forward, let previous?):
      guard let commits = try repository.firstParentChain(from: previous.to, to: entry.to) else {
        throw JournalError(
          description: "Publication \(entry.position) leads to \(entry.to), which does not follow \(previous.to).")
      }
      let ahead = try readAhead(commits, after: previous.to)
      timeline = try start(after: previous, rewrittenAt: entry.rewrittenAt)
      try advance(timeline, along: commits, ahead, today: { _ in entry.settled }, emit)
    case (.rewrite, let previous?):
      timeline = try start(after: previous, rewrittenAt: entry.rewrittenAt)
      try timeline.advance(to: entry.to, today: { _ in entry.settled }, isRewrite: true, emit)
    }
    try timeline.settle(through: entry.settled, emit)
    return timeline.staff
  }

  /// Begins to read the commits of a line; `nil` for a few, where it would cost more than it saves.
  private func readAhead(_ commits: [OID], after base: OID?) throws -> ReadAhead? {
    guard commits.count >= 8 else { return nil }
    let configuration = try Configuration.inForce(at: base ?? commits[0], in: repository)
    return ReadAhead(commits, after: base, in: repository, configuration ?? Configuration())
  }

  private func advance(
    _ timeline: Timeline, along commits: [OID], _ ahead: ReadAhead?, today: (TimeZoneRules) -> CalendarDate,
    _ emit: (Step) throws -> Void
  ) throws {
    for (number, commit) in commits.enumerated() {
      try timeline.advance(to: commit, today: today, readAhead: ahead?.step(number), emit)
    }
  }

  private func start(after entry: JournalEntry, rewrittenAt: Int?) throws -> Timeline {
    Timeline(repository, staff: try staff(after: entry), settled: entry.settled, rewrittenAt: rewrittenAt)
  }

  /// The steps of a range of commits, as if published alone: for `events` and `plan`.
  ///
  /// - Parameter base: `nil` to begin with nothing.
  /// - Parameter now: no commit is judged on a later day.
  public func tell(from base: OID?, to head: OID, at now: Instant, _ emit: (Step) throws -> Void) throws -> Staff {
    guard let commits = try repository.firstParentChain(from: base, to: head) else {
      throw JournalError(
        description:
          "\(base?.short ?? "") is not on the first-parent line of \(head.short), so there are no commits between them."
      )
    }
    let ahead = try readAhead(commits, after: base)
    let staff = try base.map { try self.staff(at: $0) } ?? Staff()
    let zone = staff.configuration.organisation.timeZone
    let settled = try base.map { min(try settledDay(at: $0, zone), zone.date(at: now)) }
    let timeline = Timeline(repository, staff: staff, settled: settled, rewrittenAt: try rewrite(before: head))
    try advance(timeline, along: commits, ahead, today: { $0.date(at: now) }, emit)
    return timeline.staff
  }

  /// The rewrite after which a commit was published, or would be: its position is part of the ids.
  private func rewrite(before commit: OID) throws -> Int? {
    guard entries.contains(where: { $0.rewrittenAt != nil }) else { return nil }
    for entry in entries.reversed() where entry.kind == .forward {
      if try repository.firstParentChain(from: entry.from, to: entry.to)?.contains(commit) == true {
        return entry.rewrittenAt
      }
    }
    return entries.last?.rewrittenAt
  }

  /// The latest day on which a commit up to this one was made. Clocks differ, so the last commit need not be the latest.
  public func settledDay(at commit: OID, _ zone: TimeZoneRules) throws -> CalendarDate {
    let latest = try LatestTimes(repository, folder: catalogues?.folder).latest(upTo: commit)
    return zone.date(at: Instant(seconds: latest))
  }
}

/// The commits from one on along first parents, newest first, up to but not including `until`.
struct FirstParents: Sequence, IteratorProtocol {
  private let repository: Repository
  private var upcoming: OID?
  private let until: OID?

  init(_ repository: Repository, from commit: OID, until: OID?) {
    self.repository = repository
    upcoming = commit
    self.until = until
  }

  /// A commit that cannot be read ends the line; whoever needs it will say so.
  mutating func next() -> OID? {
    guard let current = upcoming, current != until else { return nil }
    upcoming = (try? repository.info(of: current))?.parents.first
    return current
  }
}
