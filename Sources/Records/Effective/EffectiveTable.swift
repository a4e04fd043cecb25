import RecordSchema

/// A record that has an id for ever and a name that people know it by.
public protocol IdentifiedRecord: Sendable, Equatable {
  associatedtype ID: Hashable & Comparable & Sendable
  var id: ID { get }
  /// The name of the file that should hold it.
  var fileKey: String { get }
  var isActive: Bool { get set }
  static func id(_ number: Int) -> ID
}

extension Person: IdentifiedRecord {
  public var fileKey: String { reference.rawValue }
  public static func id(_ number: Int) -> PersonID { PersonID(number) }
}

extension Unit: IdentifiedRecord {
  public var fileKey: String { code.rawValue }
  public static func id(_ number: Int) -> UnitID { UnitID(number) }
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
/// it last had. The table is moved from tree to tree by the files that differ, so a step costs what the change costs.
struct EffectiveTable<Record: IdentifiedRecord> {
  let kind: RecordKind
  private(set) var inForce: [Record.ID: Entry<Record>] = [:]
  private(set) var held: [Record.ID: String] = [:]
  /// What each file that cannot be read as a record says, by path.
  private var broken: [String: Reading<Record>] = [:]
  /// The good files that claim an id; nearly always one.
  private var claims: [Record.ID: [Entry<Record>]] = [:]
  private var idByPath: [String: Record.ID] = [:]

  init(kind: RecordKind) { self.kind = kind }

  /// No file is broken and no id claimed twice: what is in force follows from the tree alone.
  var isClean: Bool { broken.isEmpty && held.isEmpty }

  typealias Change = (id: Record.ID, before: Entry<Record>?, after: Entry<Record>?)

  /// Takes files out and in, and settles what is in force for every id that this may touch. Sorted by id.
  mutating func apply(removed: [String], read: [Reading<Record>]) -> [Change] {
    // Whatever was held may be free now, and whatever a broken file names may be held.
    var touched = Set(held.keys)
    for path in removed { forget(path, &touched) }
    for reading in read {
      forget(reading.path, &touched)
      take(reading, &touched)
    }
    return touched.sorted().compactMap { settle($0) }
  }

  private mutating func forget(_ path: String, _ touched: inout Set<Record.ID>) {
    broken[path] = nil
    guard let id = idByPath.removeValue(forKey: path) else { return }
    touched.insert(id)
    claims[id]?.removeAll { $0.path == path }
    if claims[id]?.isEmpty == true { claims[id] = nil }
  }

  private mutating func take(_ reading: Reading<Record>, _ touched: inout Set<Record.ID>) {
    guard let record = reading.record else {
      broken[reading.path] = reading
      if let id = reading.claimedID { touched.insert(Record.id(id)) }
      return
    }
    touched.insert(record.id)
    idByPath[reading.path] = record.id
    claims[record.id, default: []].append(Entry(record, path: reading.path))
  }

  private mutating func settle(_ id: Record.ID) -> Change? {
    let before = inForce[id]
    let claimants = claims[id] ?? []
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
    inForce[id] = after
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
      let entry = inForce[id] ?? claims[id]?.first
      let file = broken.values.first { $0.claimedID.map(Record.id) == id }
      return HeldRecord(
        kind: kind, id: number(of: id), key: entry?.record.fileKey ?? file?.stem ?? "",
        path: entry?.path ?? file?.path ?? "", reason: reason)
    }
    let spokenFor = held.keys.compactMap { inForce[$0] }
    let unknown = broken.values.filter { file in
      file.claimedID.map { held[Record.id($0)] == nil } ?? !spokenFor.contains { speaks(path: file.path, for: $0) }
    }
    return known
      + unknown.sorted { $0.path < $1.path }.map {
        HeldRecord(
          kind: kind, id: $0.claimedID ?? 0, key: $0.stem, path: $0.path, reason: "\($0.path) cannot be read")
      }
  }

  private func number(of id: Record.ID) -> Int {
    switch id {
    case let id as PersonID: id.rawValue
    case let id as UnitID: id.rawValue
    default: 0
    }
  }
}
