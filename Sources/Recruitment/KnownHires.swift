import GitStore
import RecordSchema
import Records
import Synchronization

/// A hire that waits on a branch for review.
struct PendingHire: Sendable {
  let person: Person
  let path: String
  /// Without `refs/heads/`.
  let branch: String
  let commit: OID
}

/// Which people came from which source: those of the branch, and those in review. Everybody is read once; from then on a look
/// costs what has changed.
final class KnownHires: Sendable {
  private struct State: Sendable {
    var tree: OID?
    var folder = ""
    var paths: [SourceKey: String] = [:]
    var keys: [String: Set<SourceKey>] = [:]
    /// By the names of their branches.
    var reviews: [String: Review] = [:]
  }

  /// What a branch for review adds. That depends on where it left the other branch: what is merged is not waiting any more,
  /// though the branch is still there.
  private struct Review: Sendable {
    let commit: OID
    let base: OID?
    let hires: [PendingHire]
    /// The other branch's commit for which the base was found.
    var tip: OID
  }

  private let state = Mutex(State())

  /// Where the records of those whom sources know are, at a commit.
  func accepted(at source: CommitSource, _ index: RecordIndex) throws -> [SourceKey: String] {
    let configuration = index.configuration
    let tree = try source.folder(configuration.dataFolder)
    let known = state.withLock { $0 }
    if known.tree == tree, known.folder == configuration.dataFolder { return known.paths }
    var next = known
    if known.folder == configuration.dataFolder, let old = known.tree,
      let changes = try? source.repository.changes(from: old, to: tree, prefix: configuration.dataFolder + "/")
    {
      for change in changes {
        for key in next.keys.removeValue(forKey: change.path) ?? [] where next.paths[key] == change.path {
          next.paths[key] = nil
        }
      }
      for entry in changes.compactMap(\.new) {
        guard case .person(let reading)? = try reading(of: entry, from: source, configuration) else { continue }
        Self.note(reading.draft?.sourceKeys ?? [], at: entry.path, &next)
      }
    } else {
      next = State(folder: configuration.dataFolder, reviews: known.reviews)
      let files = try index.wholeRecords(of: .person).map(\.file)
      let found = try index.readAll(files) { reading, path -> (path: String, keys: Set<SourceKey>)? in
        guard case .person(let person) = reading, let keys = person.draft?.sourceKeys, !keys.isEmpty else { return nil }
        return (path, keys)
      }
      for person in found.compactMap(\.self) { Self.note(person.keys, at: person.path, &next) }
    }
    next.tree = tree
    let result = next
    state.withLock { $0 = result }
    return result.paths
  }

  private static func note(_ keys: Set<SourceKey>, at path: String, _ state: inout State) {
    guard !keys.isEmpty else { return }
    state.keys[path] = keys
    for key in keys { state.paths[key] = path }
  }

  /// The people whom branches for review would add.
  func pending(besides tip: OID, in repository: Repository, _ configuration: Configuration) throws -> [PendingHire] {
    let known = state.withLock { $0.reviews }
    var reviews: [String: Review] = [:]
    for name in try repository.references(below: "refs/heads/recruitment/") {
      guard let commit = try repository.target(of: name) else { continue }
      reviews[name] = try review(
        String(name.dropFirst("refs/heads/".count)), commit, known[name], besides: tip, repository, configuration)
    }
    let found = reviews
    state.withLock { $0.reviews = found }
    return found.sorted { $0.key < $1.key }.flatMap(\.value.hires)
  }

  private func review(
    _ branch: String, _ commit: OID, _ known: Review?, besides tip: OID, _ repository: Repository,
    _ configuration: Configuration
  ) throws -> Review {
    if let known, known.commit == commit, known.tip == tip { return known }
    let base = try repository.mergeBase(of: tip, and: commit)
    if var known, known.commit == commit, known.base == base {
      known.tip = tip
      return known
    }
    let people = try base.map { try repository.peopleAdded(by: commit, since: $0, configuration) } ?? []
    let hires = people.map { PendingHire(person: $0.person, path: $0.path, branch: branch, commit: commit) }
    return Review(commit: commit, base: base, hires: hires, tip: tip)
  }
}
