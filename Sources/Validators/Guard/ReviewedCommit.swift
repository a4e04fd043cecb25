import GitStore
import RecordSchema
import Records

/// One commit of a change, with the files that it changed itself.
///
/// Of a merge, a file is not its own that is as in another parent whose commits are judged as well; nor one that came with
/// the base's own past and is in the end as in the base. Taking an old state of the base's past is the merge's decision.
struct ReviewedCommit {
  let info: CommitInfo
  let changes: [TreeChange]

  static func all(of change: RecordedChange) throws -> [ReviewedCommit] {
    guard let base = change.base.commit, let tip = change.source.commit else { return [] }
    let repository = change.source.repository
    let range = try repository.commits(from: base, to: tip)
    let judged = Set(range)
    let net = Set(try repository.changes(from: change.base.tree, to: change.source.tree).map(\.path))
    return try range.map { oid in
      let info = try repository.info(of: oid)
      let sides = try info.parents.map { parent in
        (
          isJudged: judged.contains(parent),
          paths: try repository.changes(from: repository.info(of: parent).tree, to: info.tree)
        )
      }
      let others = sides.dropFirst().map { (isJudged: $0.isJudged, paths: Set($0.paths.map(\.path))) }
      let own = try (sides.first?.paths ?? repository.changes(from: nil, to: info.tree)).filter { file in
        !others.contains { !$0.paths.contains(file.path) && ($0.isJudged || !net.contains(file.path)) }
      }
      return ReviewedCommit(info: info, changes: own)
    }
  }

  /// By what name policies know who made it.
  func person(_ authority: ChangeAuthority) -> String { authority.actor ?? info.authorEmail }

  /// For a message.
  func maker(_ authority: ChangeAuthority) -> String {
    authority.actor.map { "\($0) pushes commit \(info.oid.short)" }
      ?? "commit \(info.oid.short) is by \(info.authorEmail)"
  }
}

extension Configuration.Policy {
  func admits(_ person: String) -> Bool {
    let person = person.lowercased()
    return authors.contains { author in
      let author = author.lowercased()
      return author == person || (author.hasPrefix("*@") && person.hasSuffix(author.dropFirst()))
    }
  }

  func covers(_ path: String) -> Bool {
    paths.contains { matches(Array(path.utf8)[...], Array($0.utf8)[...]) }
  }

  /// Whose it is, for a message.
  var owners: String { authors.isEmpty ? "nobody" : authors.joined(separator: ", ") }

  var title: String { name.isEmpty ? "a policy" : "the policy '\(name)'" }
}

/// `*` stands for anything within a folder, `**` for anything at all, `?` for one character. Which places of the pattern
/// can be reached is kept for each character, so that no pattern takes long.
private func matches(_ path: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
  let pattern = Array(pattern)
  let (star, slash) = (UInt8(ascii: "*"), UInt8(ascii: "/"))
  func isDeep(_ place: Int) -> Bool { place + 1 < pattern.count && pattern[place + 1] == star }
  func reach(_ place: Int, _ places: inout Set<Int>) {
    guard places.insert(place).inserted, place < pattern.count, pattern[place] == star else { return }
    let next = place + (isDeep(place) ? 2 : 1)
    reach(next, &places)
    // `a/**/b` holds for a/b as well.
    if isDeep(place), next < pattern.count, pattern[next] == slash { reach(next + 1, &places) }
  }
  var places: Set<Int> = []
  reach(0, &places)
  for byte in path {
    var following: Set<Int> = []
    for place in places where place < pattern.count {
      switch pattern[place] {
      case star: if byte != slash || isDeep(place) { reach(place, &following) }
      case UInt8(ascii: "?"): if byte != slash { reach(place + 1, &following) }
      default: if pattern[place] == byte { reach(place + 1, &following) }
      }
    }
    places = following
  }
  return places.contains(pattern.count)
}
