import Catalogue
import GitStore

/// The latest commit time on a commit's line of first parents, up to it. Clocks differ, so the last commit need not be the
/// latest, and only the whole line tells; what was found before is kept, so that a long history is walked once.
struct LatestTimes {
  private let repository: Repository
  private let path: String?

  /// - Parameter folder: where results are kept; `nil`: nowhere.
  init(_ repository: Repository, folder: String?) {
    self.repository = repository
    path = folder.map { "\($0)/times" }
  }

  /// Every so many commits the result is kept.
  private static let interval = 256

  /// Unix seconds.
  func latest(upTo commit: OID) throws -> Int64 {
    var known = read()
    var line: [(commit: OID, time: Int64)] = []
    var latest = Int64.min
    var commits = FirstParents(repository, from: commit, until: nil)
    while let oid = try commits.next() {
      if let found = known[oid] {
        latest = found
        break
      }
      line.append((oid, try repository.info(of: oid).time))
    }
    for (number, step) in line.reversed().enumerated() {
      latest = max(latest, step.time)
      if number % Self.interval == Self.interval - 1 { known[step.commit] = latest }
    }
    if line.count >= Self.interval { write(known) }
    return latest
  }

  private func read() -> [OID: Int64] {
    guard let path, let bytes = SealedFile.read(path, seal: programStamp) else { return [:] }
    var unpacker = Unpacker(bytes)
    let times = try? unpacker.items { unpacker throws(Unpacker.Malformed) in
      guard let commit = OID(try unpacker.text()) else { throw Unpacker.Malformed() }
      return (commit, Int64(try unpacker.number()))
    }
    return Dictionary(times ?? [], uniquingKeysWith: { first, _ in first })
  }

  private func write(_ known: [OID: Int64]) {
    guard let path else { return }
    var packer = Packer()
    packer.add(Array(known)) { packer, entry in
      packer.add(entry.key.description)
      packer.add(Int(entry.value))
    }
    SealedFile.write(packer.bytes, to: path, seal: programStamp)
  }
}
