import FileStore
import RecordSchema

/// One system's folder of export sets: every set in a folder of its own, and `current` pointing at the newest.
public struct ExportFolder {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// A set that nobody sees yet.
  public struct Draft {
    public let set: ExportSet
    fileprivate let name: String
    fileprivate let partial: String

    public func discard() { try? FileStore.remove(partial) }
  }

  /// Begins a set under a name of its own.
  public func begin(_ name: String) throws -> Draft {
    try FileStore.makeDirectory(path)
    // Of a run that was killed: a set that is not whole, or a link that was not put in place.
    for leftover in FileStore.names(in: path)
    where leftover.hasSuffix(".partial") || leftover.hasSuffix(".replaced") || leftover.hasSuffix(".tmp") {
      try FileStore.remove("\(path)/\(leftover)")
    }
    let partial = "\(path)/.\(name).partial"
    return Draft(
      set: try ExportSet(folder: partial, base: base(of: name), isRemembered: true), name: name, partial: partial)
  }

  /// Puts a whole set in its place and then, in one step, makes it the current one. A reader who follows `current` sees
  /// the old set or the new one, never a mixture.
  ///
  /// - Parameter keep: how many sets stay.
  public func publish(_ draft: Draft, keep: Int) throws {
    let (name, partial) = (draft.name, draft.partial)
    let final = "\(path)/\(name)"
    if try holdsTheSame(partial, final) {
      try FileStore.remove(partial)
    } else {
      if FileStore.exists(final) { try FileStore.rename(final, to: "\(path)/.\(name).replaced") }
      try FileStore.rename(partial, to: final)
    }
    try FileStore.switchLink("\(path)/current", to: name)
    try? FileStore.remove("\(path)/.\(name).replaced")
    try removeOld(keep: keep, current: name)
  }

  /// The current set's name; `nil` before the first.
  public var current: String? { FileStore.linkTarget("\(path)/current") }

  /// What a set's files of differences are told against. A set that is made once more, after a run that was killed, is told
  /// against the same as the first time.
  private func base(of name: String) -> GivenSet? {
    guard let given else { return nil }
    guard given.set == name else { return GivenSet(given, in: self) }
    return Given(readFrom: "\(path)/\(name)/\(GivenSet.tables)/\(GivenSet.origin)").flatMap { GivenSet($0, in: self) }
  }

  private func holdsTheSame(_ new: String, _ old: String) throws -> Bool {
    guard let before = try? FileStore.read("\(old)/manifest.json") else { return false }
    return try FileStore.read("\(new)/manifest.json") == before
  }

  private func removeOld(keep: Int, current: String) throws {
    let sets = FileStore.names(in: path).filter { FileStore.exists("\(path)/\($0)/manifest.json") && $0 != "current" }
    let oldestFirst = sets.sorted { sortKey($0) < sortKey($1) }
    // What the system was given last is compared with, however old it is.
    for name in oldestFirst.dropLast(keep) where name != current && name != given?.set {
      try FileStore.remove("\(path)/\(name)")
    }
  }

  /// By position, then by date: `42-0a1b2c3d4e-2026-01-15`.
  private func sortKey(_ name: String) -> (Int, String) {
    let parts = name.split(separator: "-", maxSplits: 2)
    return (parts.first.flatMap { Int($0) } ?? 0, parts.count == 3 ? String(parts[2]) : "")
  }
}
