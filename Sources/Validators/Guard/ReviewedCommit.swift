import GitStore
import RecordSchema
import Records

/// One commit of a change, with the files that it changed itself: of a merge, those that are as in none of its parents.
struct ReviewedCommit {
  let info: CommitInfo
  let changes: [TreeChange]

  static func all(of change: RecordedChange) throws -> [ReviewedCommit] {
    guard let base = change.base.commit, let tip = change.source.commit else { return [] }
    let repository = change.source.repository
    return try repository.commits(from: base, to: tip).map { oid in
      let info = try repository.info(of: oid)
      let sides = try info.parents.map { try repository.changes(from: repository.info(of: $0).tree, to: info.tree) }
      let others = sides.dropFirst().map { side in Set(side.map(\.path)) }
      let own = try (sides.first ?? repository.changes(from: nil, to: info.tree)).filter { change in
        others.allSatisfy { $0.contains(change.path) }
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

/// `*` stands for anything within a folder, `**` for anything at all, `?` for one character.
private func matches(_ path: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
  guard let first = pattern.first else { return path.isEmpty }
  let star = UInt8(ascii: "*")
  if first == star {
    let isDeep = pattern.dropFirst().first == star
    var rest = pattern.dropFirst(isDeep ? 2 : 1)
    // `a/**/b` holds for a/b as well.
    if isDeep, rest.first == UInt8(ascii: "/"), matches(path, rest.dropFirst()) { return true }
    while rest.first == star { rest.removeFirst() }
    var path = path
    while true {
      if matches(path, rest) { return true }
      guard let next = path.popFirst(), isDeep || next != UInt8(ascii: "/") else { return false }
    }
  }
  guard let next = path.first else { return false }
  guard next == first || (first == UInt8(ascii: "?") && next != UInt8(ascii: "/")) else { return false }
  return matches(path.dropFirst(), pattern.dropFirst())
}
