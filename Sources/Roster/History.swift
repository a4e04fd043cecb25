import GitStore
import RecordSchema
import Records

/// A consumer's copy is of a commit that nobody knows any more, or of one too long ago: it has to fetch everything anew.
public enum StaleCopy: Error, CustomStringConvertible {
  case unknown
  case tooLongAgo

  public var description: String {
    switch self {
    case .unknown: "This repository does not know the commit, or it never was the newest of the branch."
    case .tooLongAgo: "Too many commits came since then."
    }
  }
}

/// What the branch said earlier, read from git. For one thread at a time.
final class History {
  private let repository: Repository
  private let reader: RosterReader
  private var line: BranchLine
  /// The roster of now and its records, from which others are reached by what differs.
  private var anchor: RosterReader.Known?

  init(_ repository: Repository, _ reader: RosterReader) {
    (self.repository, self.reader) = (repository, reader)
    line = BranchLine(repository)
  }

  /// Along more commits nobody is taken: everything is quicker to fetch.
  private static let longest = 2000

  /// What a consumer may hold who says that it knows this.
  ///
  func past(_ since: Since, now: Roster, served: Servings) throws -> Past {
    try line.move(to: now.oid)
    switch since {
    case .cursor(let commit, let day):
      let commit = try known(commit, served)
      let time = try self.time(of: commit)
      let known = try reach(commit, on: { _ in day }, near: now)
      // A day on which nobody was served this commit would show who was, or will be, in units that a key may see.
      let zone = known.roster.configuration.organisation.timeZone
      guard (Self.earliest(time, zone, now)...now.asOf).contains(day) else { throw StaleCopy.unknown }
      return Past(known.roster)
    case .commit(let commit):
      let commit = try known(commit, served)
      let time = try self.time(of: commit)
      var walk = Walk(reader, from: try reach(commit, on: { min($0.date(at: time), now.asOf) }, near: now))
      try walk.pass(to: now.asOf)
      walk.finish(at: now)
      return walk.past
    case .time(let time):
      return try past(at: time, now, served)
    case .date(let date):
      return try past(at: now.configuration.organisation.timeZone.firstInstant(of: date), now, served)
    }
  }

  private func time(of commit: OID) throws -> Instant { Instant(seconds: try repository.info(of: commit).time) }

  /// The first day on which a commit can have been served. Clocks differ, so it is the day before its own.
  private static func earliest(_ time: Instant, _ zone: TimeZoneRules, _ now: Roster) -> CalendarDate {
    min(zone.date(at: time), now.asOf).adding(days: -1)
  }

  /// Only what was the branch's newest commit once. What others say of people was perhaps never to be seen by anyone, and
  /// is not told as what had been.
  private func known(_ text: String, _ served: Servings) throws -> OID {
    guard let commit = OID(text), try served.contains(commit) || line.has(commit) else { throw StaleCopy.unknown }
    return commit
  }

  private func past(at time: Instant, _ now: Roster, _ served: Servings) throws -> Past {
    // Clocks differ a little, so the consumer may have looked just before midnight, or before a push.
    let early = time.adding(seconds: -60)
    let rest = try line.rest(from: time.seconds, served: served.since(early))
    guard let first = rest.commits.first, rest.commits.count <= Self.longest else { throw StaleCopy.tooLongAgo }
    let made = try self.time(of: first)
    let start = try reach(
      first, on: { max(min($0.date(at: early), now.asOf), Self.earliest(made, $0, now)) }, near: now)
    var walk = Walk(reader, from: start)
    if rest.mayBeginWithNothing { walk.touchEverybody() }
    try walk.pass(to: min(walk.zone.date(at: time), now.asOf))
    for commit in rest.commits.dropFirst() { try walk.step(to: commit) }
    try walk.pass(to: now.asOf)
    walk.finish(at: now)
    return walk.past
  }

  private func reach(_ commit: OID, on day: (TimeZoneRules) -> CalendarDate, near now: Roster) throws
    -> RosterReader.Known
  {
    do {
      return try reader.roster(of: commit, on: day, from: try near(now))
    } catch let error as GitError where error.reason == .notFound {
      throw StaleCopy.unknown
    }
  }

  /// What the past is reached from shares its memory with the roster of now, and so does what is reached.
  private func near(_ now: Roster) throws -> RosterReader.Known {
    if let anchor, anchor.roster === now { return anchor }
    var next = try reader.known(now, from: anchor)
    next.roster = now
    anchor = next
    return next
  }
}

/// Goes from a roster to later ones, and keeps what a consumer may have seen on the way.
private struct Walk {
  private let reader: RosterReader
  private var known: RosterReader.Known
  private(set) var past: Past

  init(_ reader: RosterReader, from known: RosterReader.Known) {
    (self.reader, self.known) = (reader, known)
    past = Past(known.roster)
  }

  var zone: TimeZoneRules { known.roster.configuration.organisation.timeZone }

  /// The consumer may hold nobody yet.
  mutating func touchEverybody() {
    for chunk in known.roster.list.chunks { past.touched.formUnion(chunk.ids) }
  }

  mutating func step(to commit: OID) throws {
    let day = known.roster.asOf
    go(to: try reader.roster(of: commit, on: { _ in day }, from: known))
  }

  /// Goes through the days on which something begins or ends.
  mutating func pass(to last: CalendarDate) throws {
    guard known.roster.asOf < last else { return }
    let days = try known.staff.boundaries(after: known.roster.asOf, through: last).map(\.day)
    let commit = known.roster.oid
    for day in days + [last] { go(to: try reader.roster(of: commit, on: { _ in day }, from: known)) }
  }

  /// The consumer may hold what the walk came to.
  mutating func finish(at now: Roster) { _ = note(now) }

  private mutating func go(to next: RosterReader.Known) {
    past.touched.formUnion(note(next.roster))
    known = next
  }

  /// Keeps how those look who are not the same in the next roster.
  private mutating func note(_ after: Roster) -> Set<Int> {
    let before = known.roster
    let ids = after.list.differences(from: before.list)
    // Where units alone moved, their people may have come into sight and left it.
    if !ids.isEmpty || before.units !== after.units {
      let people = ChunkList(ids.sorted().compactMap { before.list.row($0) })
      past.moments.append(Past.Moment(people: people, units: before.units))
    }
    return ids
  }
}
