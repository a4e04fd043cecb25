import GitStore
import Journal

/// The commits that were the branch's newest, as far as its first parents and the journal tell.
struct BranchLine {
  private let repository: Repository
  /// The branch's first parents, oldest first, with the latest time on the line up to each.
  private var commits: [(commit: OID, latest: Int64)] = []
  private var positions: [OID: Int] = [:]
  /// The oldest first.
  private var publications: [Publication] = []
  private var journal: OID?

  private struct Publication {
    let time: Int64
    let to: OID
    /// What the branch's newest commit was then; it may have been held.
    let tips: [OID]
  }

  init(_ repository: Repository) { self.repository = repository }

  /// Follows the branch and the journal.
  mutating func move(to tip: OID) throws {
    try readJournal()
    guard commits.last?.commit != tip else { return }
    var fresh: [(commit: OID, time: Int64)] = []
    var next: OID? = tip
    while let commit = next, positions[commit] == nil {
      let info = try repository.info(of: commit)
      fresh.append((commit, info.time))
      next = info.parents.first
    }
    let kept = next.flatMap { positions[$0] }.map { $0 + 1 } ?? 0
    for gone in commits[kept...] { positions[gone.commit] = nil }
    commits.removeSubrange(kept...)
    for (commit, time) in fresh.reversed() {
      positions[commit] = commits.count
      commits.append((commit, max(commits.last?.latest ?? .min, time)))
    }
  }

  private mutating func readJournal() throws {
    let newest = try repository.target(of: Journal.reference)
    guard newest != journal else { return }
    var fresh: [Publication] = []
    var next = newest
    while let oid = next, oid != journal {
      let (info, entry) = (try repository.info(of: oid), try JournalEntry(at: oid, in: repository))
      fresh.append(Publication(time: info.time, to: entry.to, tips: [entry.to, entry.hold?.tip].compactMap(\.self)))
      next = entry.position == 1 ? nil : info.parents.first
    }
    // Another journal altogether, unless it leads to the one that is known.
    if next == nil { publications = [] }
    publications += fresh.reversed()
    journal = newest
  }

  /// Whether a commit was the branch's newest once, as far as anything tells.
  func has(_ commit: OID) throws -> Bool {
    if positions[commit] != nil { return true }
    return try aside(publications.flatMap(\.tips)).contains(commit)
  }

  /// The commits that these lead to and that are no longer on the line; oldest first.
  private func aside(_ tips: [OID]) throws -> [OID] {
    var found: [OID] = []
    var seen: Set<OID> = []
    for tip in tips {
      var line: [OID] = []
      var next: OID? = tip
      while let commit = next, positions[commit] == nil, seen.insert(commit).inserted {
        line.append(commit)
        next = try repository.info(of: commit).parents.first
      }
      found += line.reversed()
    }
    return found
  }

  /// The commits of which any may have been the newest at a time, and all that came later.
  struct Rest {
    /// Those that are no longer on the line come first.
    var commits: [OID]
    /// At that time there was none yet, for all that is known.
    var mayBeginWithNothing: Bool
  }

  /// Clocks differ, and what was committed long ago may have been pushed just now. So the line begins at the last commit
  /// before which nothing claims to be as late, and not after what had been published by then, or was served.
  ///
  /// - Parameter served: what was served at that time and later.
  func rest(from time: Int64, served: [OID]) throws -> Rest {
    var (low, high) = (0, commits.count)
    while low < high {
      let middle = (low + high) / 2
      if commits[middle].latest < time { low = middle + 1 } else { high = middle }
    }
    var first = low - 1
    let later = publications.firstIndex { $0.time >= time } ?? publications.count
    let earlier = max(0, later - 1)
    if later > 0, let place = positions[publications[earlier].to] { first = min(first, place) }
    if let place = served.compactMap({ positions[$0] }).min() { first = min(first, place) }
    let line = commits[max(0, first)...].map(\.commit)
    let gone = try aside(publications[earlier...].flatMap(\.tips) + served)
    return Rest(commits: gone + line, mayBeginWithNothing: first < 0)
  }
}
