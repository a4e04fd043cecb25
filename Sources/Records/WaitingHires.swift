import GitStore
import RecordSchema

/// Somebody whom a recruitment system handed over, and who waits on a branch for review: nobody yet, but with an id.
public struct WaitingHire: Sendable {
  public let person: Person
  public let path: String
  /// As git calls it here: `recruitment/ats/A-1`, or `origin/recruitment/ats/A-1` where it is another repository's.
  public let branch: String

  /// By the number under which the source knows the hire; names of people are in no message of a server.
  public var title: String {
    let first = person.sourceKeys.min { ($0.system, $0.reference) < ($1.system, $1.reference) }
    let key = person.source.flatMap { source in
      source.system.flatMap { system in source.reference.map { SourceKey(system: system, reference: $0) } }
    }
    return (key ?? first).map { "the hire \($0.reference) of \($0.system)" } ?? "a hire"
  }

  /// Whether a record is this hire's: it bears the number by which the source knows the hire, whatever else HR corrected.
  public func isOf(_ person: Person) -> Bool { !self.person.sourceKeys.isDisjoint(with: person.sourceKeys) }
}

extension Repository {
  /// The hires who wait in review, as far as they are known here: on branches of this repository, and on those of others as
  /// they were when they were fetched. A shallow clone cannot tell what a branch adds.
  public func waitingHires(besides tip: OID, _ configuration: Configuration) throws -> [WaitingHire] {
    if isShallow { return [] }
    return try references(below: "refs/").filter(isReview).flatMap { name -> [WaitingHire] in
      guard let commit = try target(of: name), let base = try mergeBase(of: tip, and: commit) else { return [] }
      let branch = String(name.drop { $0 != "/" }.dropFirst().drop { $0 != "/" }.dropFirst())
      return try peopleAdded(by: commit, since: base, configuration).filter { !$0.person.sourceKeys.isEmpty }.map {
        WaitingHire(person: $0.person, path: $0.path, branch: branch)
      }
    }
  }

  private func isReview(_ name: String) -> Bool {
    let parts = name.split(separator: "/")
    return name.hasPrefix("refs/heads/recruitment/")
      || name.hasPrefix("refs/remotes/") && parts.count > 4 && parts[3] == "recruitment"
  }

  /// The people whom a commit has and an earlier one has not.
  ///
  /// - Parameter base: where a branch left another.
  public func peopleAdded(
    by commit: OID, since base: OID, _ configuration: Configuration
  ) throws -> [(person: Person, path: String)] {
    let source = try CommitSource(self, commit: commit)
    let folder = configuration.dataFolder
    let changes = try changes(
      from: CommitSource(self, commit: base).folder(folder), to: source.folder(folder), prefix: folder + "/")
    return try changes.filter { $0.old == nil }.compactMap(\.new).compactMap { entry in
      guard case .person(let reading)? = try reading(of: entry, from: source, configuration), let person = reading.draft
      else { return nil }
      return (person, entry.path)
    }
  }
}
