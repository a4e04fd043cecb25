import Catalogue
import Events
import GitStore
import RecordSchema
import Records

/// Finds the state of the staff at any point of the published line, and retells any publication.
public struct PublishedLine {
  let repository: Repository
  private let entries: JournalEntries
  private let catalogues: CatalogueStore?

  /// - Parameter catalogues: what earlier runs kept; with it, a state costs what differs from the last one.
  public init(_ repository: Repository, entries: JournalEntries, catalogues: CatalogueStore?) {
    self.repository = repository
    self.entries = entries
    self.catalogues = catalogues
  }

  /// The staff in force after an entry of the journal.
  public func staff(after entry: JournalEntry) throws -> Staff {
    var commits = PublishedCommits(repository, entries, upTo: entry)
    return try staff(keepsNear: true) { try commits.next() }
  }

  /// The staff in force at a commit, as its own line of first parents has it.
  public func staff(at commit: OID) throws -> Staff {
    var commits = FirstParents(repository, from: commit, until: nil)
    return try staff(keepsNear: false) { try commits.next() }
  }

  /// Goes back to the nearest commit that needs no memory of what came before it, then forward again.
  ///
  /// A record that is held at a commit has the state of an earlier one; which one, only the line tells.
  ///
  /// - Parameter before: the commits of the line, newest first.
  private func staff(keepsNear: Bool, _ before: () throws -> OID?) throws -> Staff {
    var staff = try Staff()
    var later: [OID] = []
    while let commit = try before() {
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

  /// Tells the steps of a publication, one that is in the journal or one that may come to be.
  ///
  /// - Parameter observer: somebody else to whom it is shown, whatever the records say.
  @discardableResult
  public func tell(
    _ entry: JournalEntry, to observer: Subscription? = nil, _ emit: (Step) throws -> Void
  ) throws -> Staff {
    let timeline = try timeline(of: entry, observer)
    let published = try published(timeline)
    try follow(entry, timeline, emit)
    try timeline.settle(through: entry.settled, emit)
    if let hold = entry.hold {
      try timeline.tell(hold, after: previous(entry)?.hold, apart: wasHeldBefore(entry) ? entry.position : nil, emit)
    } else {
      try lift(entry, timeline, from: published, emit)
    }
    return timeline.staff
  }

  /// A commit that is not to be published yet.
  public struct Stop: Error {
    public let commit: OID
    /// What was told last before it; `nil`: nothing of this publication.
    public let last: OID?
    /// The last day whose events were told before it.
    public let settled: CalendarDate
  }

  /// Tells the steps of the publication that may be next, as far as they may be told.
  ///
  /// - Parameter mayPass: asked before each commit.
  /// - Throws: ``Stop`` at the first that may not, when everything before it was told.
  public func tell(
    _ entry: JournalEntry, while mayPass: (Step) throws -> Bool, _ emit: (Step) throws -> Void
  ) throws -> Staff {
    let timeline = try timeline(of: entry, nil)
    let published = try published(timeline)
    var last: OID?
    try follow(entry, timeline) { step in
      guard case .commit = step.origin, let commit = OID(step.commit) else { return try emit(step) }
      guard try mayPass(step) else {
        throw Stop(commit: commit, last: last, settled: timeline.settled ?? entry.settled)
      }
      last = commit
      try emit(step)
    }
    try timeline.settle(through: entry.settled, emit)
    try lift(entry, timeline, from: published, emit)
    return timeline.staff
  }

  /// Shows each commit of an entry as it is by itself, whatever was told while the branch was held.
  public func look(along entry: JournalEntry, _ see: (Step) throws -> Void) throws {
    guard let previous = try previous(entry) else { return }
    let timeline = Timeline(
      repository, staff: try staff(after: previous), settled: previous.settled, rewrittenAt: nil)
    try follow(entry, timeline) { step in if case .commit = step.origin { try see(step) } }
  }

  /// How those were published of whom something was told while the branch was held.
  private func published(_ timeline: Timeline) throws -> (Timeline.View?, Timeline.View?) {
    let told = timeline.told
    guard !told.ids.isEmpty else { return (nil, nil) }
    return (try timeline.view(of: told.ids, as: told), try timeline.view(of: told.ids, as: told.withoutGoing()))
  }

  private func lift(
    _ entry: JournalEntry, _ timeline: Timeline, from published: (Timeline.View?, Timeline.View?),
    _ emit: (Step) throws -> Void
  ) throws {
    guard let previous = try previous(entry), previous.hold != nil else { return }
    // The commit's own name is good for what is told with it for the first time.
    let isNew = try entry.from != entry.to && entry.kind == .forward && !heldTips(at: previous).contains(entry.to)
    try timeline.lift(from: published, apart: isNew ? nil : entry.position, emit)
  }

  /// Whether the branch was held at the same published commit before, this time or another.
  private func wasHeldBefore(_ entry: JournalEntry) throws -> Bool {
    guard let previous = try previous(entry), previous.to == entry.to else { return false }
    return try !heldTips(at: previous).isEmpty
  }

  /// The newest commits that were looked at while the branch was held where an entry ends.
  private func heldTips(at entry: JournalEntry) throws -> Set<OID> {
    var tips: Set<OID> = []
    var current: JournalEntry? = entry
    while let known = current, known.to == entry.to {
      if let hold = known.hold { tips.insert(hold.tip) }
      current = try previous(known)
    }
    return tips
  }

  private func previous(_ entry: JournalEntry) throws -> JournalEntry? { try entries.entry(at: entry.position - 1) }

  /// Stands where an entry begins.
  private func timeline(of entry: JournalEntry, _ observer: Subscription?) throws -> Timeline {
    guard entry.kind != .baseline, let previous = try previous(entry) else {
      return Timeline(repository, staff: try Staff(), settled: nil, rewrittenAt: nil, observer: observer)
    }
    let timeline = Timeline(
      repository, staff: try staff(after: previous), settled: previous.settled, rewrittenAt: entry.rewrittenAt,
      observer: observer)
    timeline.told = try timeline.toldPeople(previous.hold?.told ?? Hold.Told())
    return timeline
  }

  /// Moves along the commits of an entry.
  private func follow(_ entry: JournalEntry, _ timeline: Timeline, _ emit: (Step) throws -> Void) throws {
    let previous = entry.kind == .baseline ? nil : try previous(entry)
    let today = { (_: TimeZoneRules) in entry.settled }
    if entry.kind == .rewrite || entry.isNet {
      return try timeline.advance(
        to: entry.to, today: today, isRewrite: entry.kind == .rewrite,
        foldsDays: entry.isNet || previous?.hold != nil, emit)
    }
    guard let commits = try repository.firstParentChain(from: previous?.to, to: entry.to) else {
      throw JournalError(
        description:
          "Publication \(entry.position) leads to \(entry.to), which does not follow \(previous?.to.short ?? "")."
      )
    }
    try advance(timeline, along: commits, readAhead(commits, after: previous?.to), today: today, emit)
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
    guard let last = entries.last, last.rewrittenAt != nil else { return nil }
    var position = last.position
    while let entry = try entries.entry(at: position) {
      position -= 1
      if entry.kind == .forward,
        try repository.firstParentChain(from: entry.from, to: entry.to)?.contains(commit) == true
      {
        return entry.rewrittenAt
      }
    }
    return last.rewrittenAt
  }

  /// The latest day on which a commit up to this one was made. Clocks differ, so the last commit need not be the latest.
  public func settledDay(at commit: OID, _ zone: TimeZoneRules) throws -> CalendarDate {
    let latest = try LatestTimes(repository, folder: catalogues?.folder).latest(upTo: commit)
    return zone.date(at: Instant(seconds: latest))
  }
}

/// The commits from one on along first parents, newest first, up to but not including `until`.
struct FirstParents {
  private let repository: Repository
  private var upcoming: OID?
  private let until: OID?

  init(_ repository: Repository, from commit: OID, until: OID?) {
    self.repository = repository
    upcoming = commit
    self.until = until
  }

  mutating func next() throws -> OID? {
    guard let current = upcoming, current != until else { return nil }
    upcoming = try repository.info(of: current).parents.first
    return current
  }
}

/// The commits as they were published, newest first: along first parents within an entry, from entry to entry where the
/// branch was rewritten or the net difference was told.
private struct PublishedCommits {
  private let repository: Repository
  private let entries: JournalEntries
  private var part: JournalEntry?
  private var commits: FirstParents

  init(_ repository: Repository, _ entries: JournalEntries, upTo entry: JournalEntry) {
    self.repository = repository
    self.entries = entries
    part = entry
    commits = Self.commits(of: entry, repository)
  }

  mutating func next() throws -> OID? {
    while let current = part {
      if let commit = try commits.next() {
        // Of these only the last was ever in force.
        if current.kind == .rewrite || current.isNet { try begin(before: current) }
        return commit
      }
      try begin(before: current)
    }
    return nil
  }

  private mutating func begin(before entry: JournalEntry) throws {
    part = try entries.entry(at: entry.position - 1)
    if let part { commits = Self.commits(of: part, repository) }
  }

  private static func commits(of entry: JournalEntry, _ repository: Repository) -> FirstParents {
    FirstParents(repository, from: entry.to, until: entry.kind == .rewrite || entry.isNet ? nil : entry.from)
  }
}
