import GitStore
import RecordSchema
import Synchronization

/// Rosters and answers that may be asked for again: consumers ask again and again, from few different cursors.
final class Archive: Sendable {
  private struct Content {
    var servings = Servings()
    /// Rosters of before, the oldest first.
    var rosters: [(roster: Roster, cost: Int)] = []
    /// The roster to which the answers lead.
    var now: Roster?
    var pasts: [Since: Past] = [:]
    var answers: [Question: StaffChanges] = [:]
    var size = 0
  }

  struct Question: Hashable {
    let since: Since
    let query: StaffQuery
    let sight: Sight
  }

  private let content = Mutex(Content())
  /// How many chunks may be kept for rosters of before: some eight megabytes.
  private static let limit = 128

  var servings: Servings { content.withLock { $0.servings } }

  /// A roster is served from a moment on.
  func take(_ roster: Roster, at time: Instant) {
    content.withLock { content in
      content.servings.add(roster.oid, at: time)
      if let before = content.now { Self.keep(before, besides: roster, in: &content) }
      content.now = roster
      (content.pasts, content.answers, content.size) = ([:], [:], 0)
    }
  }

  /// Keeps a roster of before. What it shares with the one of now costs nothing.
  private static func keep(_ roster: Roster, besides now: Roster, in content: inout Content) {
    let shared = Set(now.list.chunks.map(ObjectIdentifier.init))
    let cost = 1 + roster.list.chunks.count { !shared.contains(ObjectIdentifier($0)) }
    content.rosters.append((roster, cost))
    var sum = content.rosters.reduce(0) { $0 + $1.cost }
    while sum > limit, !content.rosters.isEmpty { sum -= content.rosters.removeFirst().cost }
  }

  /// What a consumer holds, as far as memory tells.
  func past(_ since: Since, now: Roster) -> Past? {
    content.withLock { content in
      func roster(_ commit: String, _ day: CalendarDate) -> Roster? {
        if now.commit == commit, now.asOf == day { return now }
        return content.rosters.last { $0.roster.commit == commit && $0.roster.asOf == day }?.roster
      }
      if content.now === now, let past = content.pasts[since] { return past }
      switch since {
      case .cursor(let commit, let day): return roster(commit, day).map(Past.init)
      case .commit(let commit):
        // On any later day something may have begun since.
        guard let roster = roster(commit, now.asOf),
          roster.configuration.organisation.timeZone.date(at: roster.committed) >= now.asOf
        else { return nil }
        return Past(roster)
      case .time, .date: return nil
      }
    }
  }

  func keep(_ past: Past, of since: Since, now: Roster) {
    content.withLock { content in
      guard content.now === now else { return }
      if case .cursor = since { return Self.keep(past.base, besides: now, in: &content) }
      if content.pasts.count >= 16 { content.pasts = [:] }
      content.pasts[since] = past
    }
  }

  func answer(_ question: Question, now: Roster) -> StaffChanges? {
    content.withLock { $0.now === now ? $0.answers[question] : nil }
  }

  func keep(_ answer: StaffChanges, of question: Question) {
    content.withLock { content in
      guard content.now === answer.roster else { return }
      if content.answers.count >= 256 || content.size > 50_000 { (content.answers, content.size) = ([:], 0) }
      content.answers[question] = answer
      content.size += answer.people.count
    }
  }
}

/// The commits that were served since the program began, and from when on each.
///
/// What a commit says of its own time tells nothing of when it was pushed; this does.
struct Servings: Sendable {
  private var commits: Set<OID> = []
  private var line: [(commit: OID, from: Instant)] = []

  mutating func add(_ commit: OID, at time: Instant) {
    commits.insert(commit)
    if line.last?.commit != commit { line.append((commit, time)) }
  }

  func contains(_ commit: OID) -> Bool { commits.contains(commit) }

  /// What was served at a time, as far as this program knows, and all that came later; oldest first.
  func since(_ time: Instant) -> [OID] {
    let first = line.lastIndex { $0.from <= time } ?? 0
    return line[first...].map(\.commit)
  }
}
