import GitStore
import RecordSchema
import Synchronization

/// What one commit says of the staff on one day, in memory and ready to be sent: everybody, the active and the others, the
/// units, and the settings. It never changes; whoever has one sees all of a push or nothing of it.
///
/// Two rosters share whatever is the same in both, so the next one costs what differs.
public final class Roster: Sendable {
  /// Forty hexadecimal digits.
  public let commit: String
  /// The day, in the organisation's zone, on which everything is judged.
  public let asOf: CalendarDate
  /// The commit's own, or the last one before it that can be read.
  public let configuration: Configuration
  /// The keys in force.
  public let keys: [APIKey]

  let oid: OID
  /// The committer's time.
  let committed: Instant
  let list: ChunkList
  let units: UnitTree
  /// The people whose last good state stays in force here.
  let held: Set<PersonID>
  private let images: ImageReader
  private let selections = Mutex(SelectionCache())
  private let unitLists = Mutex<[Set<UnitCode>?: UnitList]>([:])

  init(
    _ oid: OID, committed: Instant, asOf: CalendarDate, _ configuration: Configuration, keys: [APIKey],
    _ list: ChunkList,
    _ units: UnitTree, held: Set<PersonID>, images: ImageReader
  ) {
    (self.oid, self.committed, self.asOf, self.configuration) = (oid, committed, asOf, configuration)
    self.keys = keys
    (self.list, self.units, self.held, self.images) = (list, units, held, images)
    commit = oid.description
  }

  public var organisation: Int { configuration.organisation.id }

  /// What a consumer gives back to be told what differs from now on.
  public var cursor: String { "\(commit)@\(asOf)" }

  /// How many people there are, active or not.
  public var count: Int { list.count }

  // MARK: People

  /// The people whom a question and a sight choose. What was asked for lately is kept.
  public func people(_ query: StaffQuery, _ sight: Sight) -> Selection {
    let key = SelectionCache.Key(query: query, sight: sight)
    if let known = selections.withLock({ $0[key] }) { return known }
    let selection = select(query, sight)
    selections.withLock { $0.keep(selection, for: key, limit: 4 * count + 4096) }
    return selection
  }

  private func select(_ query: StaffQuery, _ sight: Sight) -> Selection {
    let filter = Filter(query, sight, units)
    if let id = query.id {
      guard let (chunk, row) = list.place(of: id.rawValue), filter.chooses(chunk, row) else {
        return Selection([], [], isSensitive: sight.isSensitive)
      }
      return Selection([chunk], [Selection.place(chunk: 0, row: row)], isSensitive: sight.isSensitive)
    }
    var places: [UInt32] = []
    for (number, chunk) in list.chunks.enumerated() {
      for row in chunk.ids.indices where filter.chooses(chunk, row) {
        places.append(Selection.place(chunk: number, row: row))
      }
    }
    return Selection(list.chunks, places, isSensitive: sight.isSensitive)
  }

  /// Somebody, active or not; `nil` when there is nobody of this id, or not in this sight.
  public func person(_ id: PersonID, _ sight: Sight) -> RosterPerson? {
    guard let (chunk, row) = list.place(of: id.rawValue), isInSight(chunk, row, sight) else { return nil }
    return RosterPerson(chunk, row, isSensitive: sight.isSensitive)
  }

  /// Somebody by reference, without regard to case.
  public func person(_ reference: EmployeeReference, _ sight: Sight) -> RosterPerson? {
    let number = RowText.number(of: reference)
    for chunk in list.chunks {
      for row in chunk.references.indices
      where chunk.references[row] == number && chunk.has(reference, at: row) && isInSight(chunk, row, sight) {
        return RosterPerson(chunk, row, isSensitive: sight.isSensitive)
      }
    }
    return nil
  }

  private func isInSight(_ chunk: Chunk, _ row: Int, _ sight: Sight) -> Bool {
    Filter(StaffQuery(), sight, units).isInSight(chunk, row)
  }

  // MARK: Images

  /// A person's photo, if it is approved; `nil` also for whoever is not in this sight.
  public func photo(of id: PersonID, _ sight: Sight) -> StaffImage? { image(of: id, sight) { $0.photo } }

  /// A person's signature; `nil` also for whoever is not in this sight.
  public func signature(of id: PersonID, _ sight: Sight) -> StaffImage? { image(of: id, sight) { $0.signature } }

  private func image(of id: PersonID, _ sight: Sight, _ which: (Row.Images) -> OID?) -> StaffImage? {
    guard let (chunk, row) = list.place(of: id.rawValue), isInSight(chunk, row, sight) else { return nil }
    return which(chunk.images(row)).map { StaffImage($0, images) }
  }

  // MARK: Units

  /// The units in sight: those that it names, and those below them.
  public func units(_ sight: Sight) -> UnitList {
    unitLists.withLock { known in
      if let list = known[sight.units] { return list }
      let list = UnitList(units, in: sight.units)
      // As many as there are keys; whoever makes more is served all the same.
      if known.count >= 64 { known = [:] }
      known[sight.units] = list
      return list
    }
  }

  /// The unit of this code, or else of this id; `nil` when there is none in this sight.
  public func unit(_ codeOrID: String, _ sight: Sight) -> RosterUnit? {
    let directory = units.directory
    let unit = directory[UnitCode(codeOrID)] ?? Int(codeOrID).flatMap { directory[UnitID($0)] }
    return unit.flatMap { units(sight).unit($0.id) }
  }
}

/// One person as a consumer sees them.
public struct RosterPerson: Sendable {
  public let id: PersonID
  public let isActive: Bool
  /// An object of JSON.
  public let json: [UInt8]
  /// SHA-256 of the canonical JSON, in hexadecimal digits.
  public let hash: String

  init(_ chunk: Chunk, _ row: Int, isSensitive: Bool) {
    id = PersonID(chunk.ids[row])
    isActive = chunk.isActive[row]
    hash = chunk.hashes(isSensitive: isSensitive)[row].hexadecimal
    var bytes: [UInt8] = []
    chunk.withValues(row) { RowText.writeJSON($0, isSensitive: isSensitive, to: &bytes) }
    json = bytes
  }
}

/// The selections that were asked for last, as many as a limit allows.
private struct SelectionCache {
  struct Key: Hashable {
    let query: StaffQuery
    let sight: Sight
  }

  private var known: [Key: Selection] = [:]
  /// The oldest first.
  private var order: [Key] = []
  private var size = 0

  subscript(key: Key) -> Selection? { known[key] }

  /// - Parameter limit: of people in all selections together.
  mutating func keep(_ selection: Selection, for key: Key, limit: Int) {
    guard known.updateValue(selection, forKey: key) == nil else { return }
    order.append(key)
    size += selection.count
    while order.count > 1, order.count > 256 || size > limit {
      let oldest = order.removeFirst()
      size -= known.removeValue(forKey: oldest)?.count ?? 0
    }
  }
}
