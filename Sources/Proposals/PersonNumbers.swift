import Catalogue
import GitStore
import RecordSchema
import Records
import Synchronization
import Validators

/// Gives new people their ids, each once and for ever.
///
/// `refs/staffrepo/ids` names a blob that holds the largest id ever given; it only moves by compare-and-swap, so that however
/// many processes ask, no id is given twice. It never decides alone: what is given lies also above every id in the branch's
/// history, in its tree, and on all other branches, those in review above all, and those of other repositories as they were
/// fetched. So a lost counter is made anew by the next who asks.
public final class PersonNumbers: Sendable {
  private let cacheFolder: String?
  /// The largest id that a commit's own files add, for the branches that are there.
  private let known = Mutex<[OID: Int]>([:])

  /// - Parameter cacheFolder: where findings about the past are kept; `nil`: nowhere.
  public init(cacheFolder: String?) { self.cacheFolder = cacheFolder }

  /// The id that the next who asks will probably get.
  public func next(branch: String, in repository: Repository) throws -> Int {
    try max(GivenIDs.largest(in: repository), largestID(branch, repository)) + 1
  }

  /// Takes so many ids that follow each other.
  public func take(_ count: Int, branch: String, in repository: Repository) throws -> Range<Int> {
    guard count > 0 else { return 0..<0 }
    for _ in 0..<10_000 {
      let current = try repository.target(of: GivenIDs.reference)
      let last = try max(current.map { GivenIDs.number(in: $0, repository) } ?? 0, largestID(branch, repository))
      // Beyond 2^53 consumers that read JSON numbers as floating point would see another id.
      guard last <= 9_007_199_254_740_991 - count else {
        throw GitError(.other, "There are no ids left above \(last): some record has an id that is far too large.")
      }
      let blob = try repository.writeBlob(Array("\(last + count)\n".utf8))
      if try repository.movesFirst(GivenIDs.reference, to: blob, expected: current, log: "staffrepo: \(count) more") {
        return last + 1..<last + 1 + count
      }
    }
    throw GitError(.locked, "\(GivenIDs.reference) is always in use. Is a \(GivenIDs.reference).lock left over?")
  }

  private func largestID(_ branch: String, _ repository: Repository) throws -> Int {
    let names = try ["refs/heads/", "refs/remotes/"].flatMap { try repository.references(below: $0) }
    let tips = try names.compactMap { name in
      try repository.target(of: name).map { (name: name, commit: $0) }
    }
    let main = tips.first { $0.name == "refs/heads/\(branch)" }?.commit
    let present = Set(tips.map(\.commit))
    known.withLock { $0 = $0.filter { present.contains($0.key) } }
    return try tips.reduce(0) { largest, tip in
      if let known = known.withLock({ $0[tip.commit] }) { return max(largest, known) }
      let found =
        try tip.commit == main
        ? ofBranch(tip.commit, repository) : ofOther(tip.commit, besides: main, repository)
      known.withLock { $0[tip.commit] = found }
      return max(largest, found)
    }
  }

  /// In the tree, whatever state its files are in, and in the past.
  private func ofBranch(_ tip: OID, _ repository: Repository) throws -> Int {
    let source = try CommitSource(repository, commit: tip)
    guard let configuration = try Configuration.inForce(at: tip, in: repository) else { return 0 }
    let index = try RecordIndex.of(source, configuration, cacheFolder.map { CatalogueStore(folder: $0) })
    return try max(
      index.largestID(of: .person), formerPersonIDs(upTo: tip, in: repository, keptIn: cacheFolder).max() ?? 0)
  }

  /// What a branch has besides.
  private func ofOther(_ tip: OID, besides main: OID?, _ repository: Repository) throws -> Int {
    let source = try CommitSource(repository, commit: tip)
    guard let configuration = try Configuration.inForce(at: tip, in: repository) else { return 0 }
    let base = try main.flatMap { try repository.mergeBase(of: $0, and: tip) }
    let old = try base.flatMap { try CommitSource(repository, commit: $0).folder(configuration.dataFolder) }
    let changes = try repository.changes(
      from: old, to: source.folder(configuration.dataFolder), prefix: configuration.dataFolder + "/")
    return try changes.compactMap(\.new).reduce(0) { largest, entry in
      guard FileRole(path: entry.path, dataFolder: configuration.dataFolder) == .record(.person) else { return largest }
      return max(largest, try reading(of: entry, from: source, configuration)?.claimedID ?? 0)
    }
  }
}
