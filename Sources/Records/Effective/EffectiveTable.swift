import GitStore
import RecordSchema

/// A record that has an id for ever and a name that people know it by.
public protocol IdentifiedRecord: Sendable, Equatable {
  associatedtype ID: Hashable & Comparable & Sendable
  var id: ID { get }
  /// The name of the file that should hold it.
  var fileKey: String { get }
  var isActive: Bool { get set }
  static func id(_ number: Int) -> ID
  static func number(_ id: ID) -> Int
}

extension Person: IdentifiedRecord {
  public var fileKey: String { reference.rawValue }
  public static func id(_ number: Int) -> PersonID { PersonID(number) }
  public static func number(_ id: PersonID) -> Int { id.rawValue }
}

extension Unit: IdentifiedRecord {
  public var fileKey: String { code.rawValue }
  public static func id(_ number: Int) -> UnitID { UnitID(number) }
  public static func number(_ id: UnitID) -> Int { id.rawValue }
}

/// A record in force, shared by reference: copying a hundred thousand of them costs nothing.
public final class Entry<Record: Sendable>: Sendable {
  public let record: Record
  public let path: String

  public init(_ record: Record, path: String) {
    self.record = record
    self.path = path
  }
}

/// Why a record's last good state stays in force.
public struct HeldRecord: Sendable, Equatable {
  public let kind: RecordKind
  /// 0 for records that have a name only.
  public let id: Int
  public let key: String
  public let path: String
  public let reason: String

  public init(kind: RecordKind, id: Int, key: String, path: String, reason: String) {
    self.kind = kind
    self.id = id
    self.key = key
    self.path = path
    self.reason = reason
  }

  public var json: JSON {
    [
      "kind": .string(kind.rawValue), "id": .optional(id == 0 ? nil : id), "key": .string(key),
      "path": .string(path), "reason": .string(reason),
    ]
  }
}

/// The records of one kind that are in force, and what all files of that kind say.
///
/// One bad record never stops the others: an id whose file cannot be read, or that two files claim, keeps the state that
/// it last had. The table is moved from tree to tree by the files that differ, so a step costs what the change costs. It
/// may begin with a tree that is known by its catalogue; then it holds only what differs from that, and records are read
/// when somebody asks for them.
struct EffectiveTable<Record: IdentifiedRecord> {
  let kind: RecordKind
  private let base: CataloguedRecords<Record>?
  /// What is in force now for the ids that were touched since the base; the outer `nil` is: as in the base.
  private var changed: [Record.ID: Entry<Record>?] = [:]
  private(set) var held: [Record.ID: String] = [:]
  /// What each file that cannot be read as a record says, by path.
  private var broken: [PathKey: Reading<Record>] = [:]
  /// The good files that claim an id; nearly always one. Of the ids that were touched.
  private var claims: [Record.ID: [Entry<Record>]] = [:]
  /// The ids of the good files that came or went since the base.
  private var idByPath: [PathKey: Record.ID?] = [:]

  /// - Parameter broken: the files of the base's tree that cannot be read.
  init(kind: RecordKind, base: CataloguedRecords<Record>? = nil, broken: [Reading<Record>] = []) throws {
    self.kind = kind
    self.base = base
    for reading in broken { self.broken[PathKey(reading.path)] = reading }
    // What was in force before for these ids only the history of the branch can tell.
    for id in Set(broken.compactMap { $0.claimedID.map(Record.id) }).union(base?.contested ?? []) {
      let files = try claimants(of: id)
      claims[id] = files
      changed[id] = .some(nil)
      held[id] = reason(files, broken.filter { $0.claimedID.map(Record.id) == id })
    }
  }

  /// No file is broken and no id claimed twice: what is in force follows from the tree alone.
  var isClean: Bool { broken.isEmpty && held.isEmpty }

  /// The record of an id that is in force.
  func entry(_ id: Record.ID) throws -> Entry<Record>? {
    if let entry = changed[id] { return entry }
    let files = try base?.entries(claiming: id) ?? []
    return files.count == 1 ? files[0] : nil
  }

  /// Every id of which a record is in force.
  func ids() throws -> Set<Record.ID> {
    var ids = try Set(base?.ids() ?? [])
    for (id, entry) in changed {
      if entry == nil { ids.remove(id) } else { ids.insert(id) }
    }
    return ids
  }

  /// Everything in force, read on all processors.
  func all() throws -> [Entry<Record>] {
    let ids = try ids().sorted()
    try base?.load(ids.filter { changed[$0] == nil })
    return try ids.compactMap { try entry($0) }
  }

  /// The records in force of these ids, read on all processors and not kept.
  func read(_ ids: some Collection<Record.ID>) throws -> [Entry<Record>] {
    var found: [Record.ID: Entry<Record>] = [:]
    var unread: [Record.ID] = []
    for id in ids {
      if let entry = changed[id] { found[id] = entry } else { unread.append(id) }
    }
    for entry in try base?.read(unread) ?? [] { found[entry.record.id] = entry }
    return ids.compactMap { found[$0] }
  }

  /// The ids that were touched since the base.
  var changedIDs: Set<Record.ID> { Set(changed.keys) }

  /// Those in force that were touched since the base.
  var changedEntries: [Entry<Record>] { changed.values.compactMap(\.self) }

  private func claimants(of id: Record.ID) throws -> [Entry<Record>] {
    try claims[id] ?? base?.entries(claiming: id) ?? []
  }

  typealias Change = (id: Record.ID, before: Entry<Record>?, after: Entry<Record>?)

  /// Takes files out and in, and settles what is in force for every id that this may touch. Sorted by id.
  mutating func apply(removed: [String], read: [Reading<Record>]) throws -> [Change] {
    // Whatever was held may be free now, and whatever a broken file names may be held.
    var touched = Set(held.keys)
    // One by one, a few are read quicker than all threads are woken.
    if removed.count > 64 {
      try base?.load(removed.filter { idByPath[PathKey($0)] == nil }.compactMap { try base?.id(ofFileAt: $0) })
    }
    for path in removed { try forget(path, &touched) }
    for reading in read {
      try forget(reading.path, &touched)
      try take(reading, &touched)
    }
    return try touched.sorted().compactMap { try settle($0) }
  }

  private mutating func forget(_ path: String, _ touched: inout Set<Record.ID>) throws {
    let key = PathKey(path)
    broken[key] = nil
    guard let id = try idByPath[key] ?? base?.id(ofFileAt: path) else { return }
    idByPath[key] = .some(nil)
    touched.insert(id)
    claims[id] = try claimants(of: id).filter { PathKey($0.path) != key }
  }

  private mutating func take(_ reading: Reading<Record>, _ touched: inout Set<Record.ID>) throws {
    guard let record = reading.record else {
      broken[PathKey(reading.path)] = reading
      if let id = reading.claimedID { touched.insert(Record.id(id)) }
      return
    }
    touched.insert(record.id)
    idByPath[PathKey(reading.path)] = record.id
    claims[record.id] = try claimants(of: record.id) + [Entry(record, path: reading.path)]
  }

  private mutating func settle(_ id: Record.ID) throws -> Change? {
    let before = try entry(id)
    let claimants = try claimants(of: id)
    let brokenClaimants = broken.isEmpty ? [] : broken.values.filter { isAbout($0, id, before) }
    let after: Entry<Record>?
    if claimants.count == 1, brokenClaimants.allSatisfy({ $0.claimedID.map(Record.id) != id }) {
      held[id] = nil
      after = claimants[0]
    } else if claimants.isEmpty, brokenClaimants.isEmpty {
      held[id] = nil
      after = nil
    } else {
      held[id] = reason(claimants, brokenClaimants)
      after = before.map { deactivatedIfSaid($0, claimants, brokenClaimants) }
    }
    changed[id] = .some(after)
    if before === after { return nil }
    return (id, before, after)
  }

  /// Whether a broken file speaks for an id: it says so, or it has the name or the place of the record that is in force.
  private func isAbout(_ reading: Reading<Record>, _ id: Record.ID, _ current: Entry<Record>?) -> Bool {
    if reading.claimedID.map(Record.id) == id { return true }
    return current.map { speaks(path: reading.path, for: $0) } ?? false
  }

  private func speaks(path: String, for entry: Entry<Record>) -> Bool {
    let stem = fileStem(of: path).lowercased()
    return stem == fileStem(of: entry.path).lowercased() || stem == entry.record.fileKey.lowercased()
  }

  private func reason(_ claimants: [Entry<Record>], _ broken: [Reading<Record>]) -> String {
    let paths = (claimants.map(\.path) + broken.map(\.path)).sorted()
    return paths.count > 1
      ? "\(paths.joined(separator: " and ")) claim the same id"
      : "\(paths.first ?? "its file") cannot be read"
  }

  /// A leaver's access must end even while the record is otherwise unreadable.
  private func deactivatedIfSaid(
    _ entry: Entry<Record>, _ claimants: [Entry<Record>], _ broken: [Reading<Record>]
  ) -> Entry<Record> {
    let isSaid =
      broken.contains { $0.saysInactive && speaks(path: $0.path, for: entry) }
      || broken.contains { $0.saysInactive && claimants.isEmpty && $0.claimedID.map(Record.id) == entry.record.id }
      || claimants.contains { !$0.record.isActive && speaks(path: $0.path, for: entry) }
    guard isSaid, entry.record.isActive else { return entry }
    var record = entry.record
    record.isActive = false
    return Entry(record, path: entry.path)
  }

  /// The ids that are held, and the files that cannot be read and speak for nobody who is known.
  var heldRecords: [HeldRecord] {
    let known = held.sorted { $0.key < $1.key }.map { id, reason in
      let entry = (changed[id] ?? nil) ?? claims[id]?.first
      let file = broken.values.first { $0.claimedID.map(Record.id) == id }
      return HeldRecord(
        kind: kind, id: Record.number(id), key: entry?.record.fileKey ?? file?.stem ?? "",
        path: entry?.path ?? file?.path ?? "", reason: reason)
    }
    let spokenFor = held.keys.compactMap { changed[$0] ?? nil }
    let unknown = broken.values.filter { file in
      file.claimedID.map { held[Record.id($0)] == nil } ?? !spokenFor.contains { speaks(path: file.path, for: $0) }
    }
    return known
      + unknown.sorted { $0.path < $1.path }.map {
        HeldRecord(
          kind: kind, id: $0.claimedID ?? 0, key: $0.stem, path: $0.path, reason: "\($0.path) cannot be read")
      }
  }
}
