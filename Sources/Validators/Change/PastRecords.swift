import Catalogue
import GitStore
import RecordSchema
import Records

/// The people whose id or reference was given up at some commit of a line: ids and references that nobody may get again.
///
/// Only history knows them. What was found up to a commit is kept, so that a long history is walked once.
final class PastRecords {
  struct Former: Equatable {
    let id: Int
    let reference: String
    let name: String
    /// The commit in which the id or the reference went.
    let commit: String
  }

  private let repository: Repository
  private let path: String?

  /// - Parameter folder: where findings are kept; `nil`: nowhere.
  init(_ repository: Repository, folder: String?) {
    self.repository = repository
    path = folder.map { "\($0)/past" }
  }

  /// Who gave up an id or a reference up to a commit, along first parents.
  func former(upTo commit: OID) throws -> [Former] {
    let kept = read()
    var line: [(commit: OID, parent: OID)] = []
    var current = commit
    while current != kept?.upTo, let parent = try repository.info(of: current).parents.first {
      line.append((current, parent))
      current = parent
    }
    // Of another line, or of none: everything was walked.
    var former = current == kept?.upTo ? kept?.former ?? [] : []
    for step in line.reversed() { former += try givenUp(from: step.parent, to: step.commit) }
    if line.count >= 64 || (kept == nil && !line.isEmpty) { write(former, upTo: commit) }
    return former
  }

  private func givenUp(from parent: OID, to commit: OID) throws -> [Former] {
    let (before, after) = (try CommitSource(repository, commit: parent), try CommitSource(repository, commit: commit))
    let folder = try settings(of: before).dataFolder
    let changes = try repository.changes(from: before.folder(folder), to: after.folder(folder), prefix: folder + "/")
      .filter { FileRole(path: $0.path, dataFolder: folder) == .record(.person) }
    guard changes.contains(where: { $0.old != nil }) else { return [] }
    let old = try changes.compactMap(\.old).compactMap { try person($0, before) }
    let new = try changes.compactMap(\.new).compactMap { try person($0, after) }
    let (ids, references) = (Set(new.map(\.id)), Set(new.map { $0.reference.folded }))
    return old.filter { !ids.contains($0.id) || !references.contains($0.reference.folded) }.map {
      Former(id: $0.id.rawValue, reference: $0.reference.rawValue, name: $0.fullName, commit: commit.short)
    }
  }

  private func person(_ entry: TreeEntry, _ source: CommitSource) throws -> Person? {
    try reading(of: entry, from: source, settings(of: source))?.person?.record
  }

  private var lastSettings: (file: OID?, settings: Configuration)?

  /// Commits in a row mostly have the same.
  private func settings(of source: CommitSource) throws -> Configuration {
    let file = try source.configurationFile()?.oid
    if let known = lastSettings, known.file == file { return known.settings }
    let settings = try source.configuration().configuration ?? lastSettings?.settings ?? Configuration()
    lastSettings = (file, settings)
    return settings
  }

  private func read() -> (upTo: OID, former: [Former])? {
    guard let path, let bytes = SealedFile.read(path, seal: programStamp) else { return nil }
    var unpacker = Unpacker(bytes)
    guard let commit = (try? unpacker.text()).flatMap({ OID($0) }),
      let former = try? unpacker.items({ unpacker throws(Unpacker.Malformed) in
        Former(
          id: try unpacker.number(), reference: try unpacker.text(), name: try unpacker.text(),
          commit: try unpacker.text())
      })
    else { return nil }
    return (commit, former)
  }

  private func write(_ former: [Former], upTo commit: OID) {
    guard let path else { return }
    var packer = Packer()
    packer.add(commit.description)
    packer.add(former) { packer, former in
      packer.add(former.id)
      packer.add(former.reference)
      packer.add(former.name)
      packer.add(former.commit)
    }
    SealedFile.write(packer.bytes, to: path, seal: programStamp)
  }
}
