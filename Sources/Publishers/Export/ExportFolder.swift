import FileStore
import Glibc
import RecordSchema

/// One system's folder of export sets: every set in a folder of its own, and `current` pointing at the newest.
public struct ExportFolder: Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  /// A set that nobody sees yet.
  public struct Draft {
    public let set: ExportSet
    fileprivate let name: String
    fileprivate let partial: String
    fileprivate let place: String
    /// While it is written, nothing may begin to be sent: its files of differences are told against what was given last.
    fileprivate let lock: FileLock?

    public func discard() { try? FileStore.remove(partial) }
  }

  /// Begins a set under a name of its own.
  ///
  /// - Parameter place: where the set is sent from here; empty when the system takes its files from here.
  /// - Parameter images: what its files may need of photos and signatures.
  public func begin(_ name: String, for place: String = "", images: StaffImages? = nil) throws -> Draft {
    try FileStore.makeDirectory(path)
    let lock = try FileLock(lockPath, waiting: nil)
    try removeLeftovers()
    if isElsewhere(than: place) { try forgetGiven() }
    let partial = "\(path)/.\(name).partial"
    let set = try ExportSet(
      folder: partial, base: base(of: name), earlier: earlierSets, images: images, isRemembered: true)
    return Draft(set: set, name: name, partial: partial, place: place, lock: lock)
  }

  /// Of a run that was killed: a set that is not whole, or a link that was not put in place.
  private func removeLeftovers() throws {
    for leftover in FileStore.names(in: path)
    where (leftover.hasPrefix(".") && (leftover.hasSuffix(".partial") || leftover.hasSuffix(".replaced")))
      || ((leftover.hasPrefix(".") || leftover.hasPrefix("current.")) && leftover.hasSuffix(".tmp")
        && !leftover.hasSuffix(".\(getpid()).tmp"))
    {
      try FileStore.remove("\(path)/\(leftover)")
    }
  }

  /// Puts a whole set in its place and then, in one step, makes it the current one. A reader who follows `current` sees
  /// the old set or the new one, never a mixture. Who takes the files from here has the new set as soon as that is done.
  ///
  /// - Parameter keep: how many sets stay.
  public func publish(_ draft: Draft, keep: Int) throws {
    let isGivenAtOnce = draft.place.isEmpty
    try publish(draft.partial, as: draft.name, keep: keep) {
      // Before anybody can have read it, and again when it is certain: as if it were sent.
      if isGivenAtOnce { try remember(Given(set: draft.name, isConfirmed: false)) }
    }
    if isElsewhere(than: draft.place) { try move(to: draft.place) }
    if isGivenAtOnce { try remember(Given(set: draft.name, isConfirmed: true)) }
  }

  private func publish(
    _ partial: String, as name: String, keep: Int, beforeTheSwitch: () throws -> Void
  ) throws {
    let final = "\(path)/\(name)"
    if try holdsTheSame(partial, final) {
      try FileStore.remove(partial)
    } else {
      if FileStore.exists(final) { try FileStore.rename(final, to: "\(path)/.\(name).replaced") }
      try FileStore.rename(partial, to: final)
    }
    try beforeTheSwitch()
    try FileStore.switchLink("\(path)/current", to: name)
    try? FileStore.remove("\(path)/.\(name).replaced")
    try removeOld(keep: keep, current: name)
  }

  /// The same for files that come from elsewhere.
  ///
  /// - Parameter write: fills a folder, and writes its manifest last.
  func receive(name: String, keep: Int, _ write: (String) throws -> Void) throws {
    try FileStore.makeDirectory(path)
    try removeLeftovers()
    let partial = "\(path)/.\(name).partial"
    try FileStore.makeDirectory(partial)
    do {
      try write(partial)
    } catch {
      try? FileStore.remove(partial)
      throw error
    }
    try publish(partial, as: name, keep: keep) {}
  }

  /// Begins to give a set to the system, unless it is no longer the newest or the next one is being written.
  ///
  /// - Returns: whether it may go.
  public func begin(sending set: String) throws -> Bool {
    guard let lock = try FileLock(lockPath, waiting: 0), current == set else { return false }
    defer { withExtendedLifetime(lock) {} }
    try remember(Given(set: set, isConfirmed: false))
    return true
  }

  /// The system has all of a set that was begun; unless it is being written anew, or files go elsewhere now. Then it stays
  /// uncertain, which is always safe.
  ///
  /// - Parameter other: the set that it has had, and that holds the same.
  public func finish(sending set: String, as other: Given? = nil) throws {
    guard let lock = try FileLock(lockPath, waiting: 5) else { return }
    defer { withExtendedLifetime(lock) {} }
    guard given?.set == set else { return }
    try remember(other.flatMap { $0.isConfirmed ? $0 : nil } ?? Given(set: set, isConfirmed: true))
  }

  private var lockPath: String { "\(path)/.lock" }

  /// The current set's name; `nil` before the first.
  public var current: String? { FileStore.linkTarget("\(path)/current") }

  /// What a set's files of differences are told against. A set that is made once more, after a run that was killed, is told
  /// against the same as the first time.
  private func base(of name: String) -> GivenSet? {
    guard let given else { return nil }
    guard given.set == name else { return GivenSet(given, in: self) }
    return Given(readFrom: "\(path)/\(name)/\(GivenSet.tables)/\(GivenSet.origin)").flatMap { GivenSet($0, in: self) }
  }

  /// Every set that is there, the newest first, whether it was given to the system or not.
  private var earlierSets: [GivenSet] {
    let names = FileStore.names(in: path).filter { $0 != "current" && !$0.hasPrefix(".") }
    let newestFirst = names.sorted { sortKey($0) > sortKey($1) }
    // After the branch was taken back the current one may not be the one with the highest number.
    let current = current
    return (newestFirst.filter { $0 == current } + newestFirst.filter { $0 != current }).compactMap {
      GivenSet(Given(set: $0, isConfirmed: true), in: self)
    }
  }

  private func holdsTheSame(_ new: String, _ old: String) throws -> Bool {
    guard let before = try? FileStore.read("\(old)/manifest.json") else { return false }
    return try FileStore.read("\(new)/manifest.json") == before
  }

  private func removeOld(keep: Int, current: String) throws {
    // Nothing but sets: others may keep things in the same folder.
    let sets = FileStore.names(in: path).filter {
      $0.wholeMatch(of: /\d+-[0-9a-z]+-\d{4}-\d\d-\d\d(?:-\d+)?/) != nil
        && FileStore.exists("\(path)/\($0)/manifest.json")
    }
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
