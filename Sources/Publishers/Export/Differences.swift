/// How a table differs from what a system was given last, row by row, in the order of keys.
///
/// When nobody knows whether the last set arrived, a row that it told is told again: whichever of the two the system has,
/// it ends with this one's rows. So a set may be skipped, or be lost on its way, and nothing is missing.
final class Differences {
  /// A row that is to be told.
  struct Difference {
    let key: RowKey
    /// What the system is known to have; `nil`: nothing.
    let old: [String]?
    /// `nil`: the record is gone, or belongs no longer here.
    let new: [String]?
    /// What the system would be told if the record that it has were gone.
    let farewell: [String]
    let wasActive: Bool
    let isActive: Bool
    /// What the system may have instead of `old`, told by sets of which nobody knows whether they arrived; empty for a row
    /// that was told to be gone.
    let perhaps: [[String]]
  }

  /// Nothing is known of what the system has: every row is told.
  let isFirst: Bool
  private let base: GivenTable?
  private let isConfirmed: Bool
  private let file: ExportFile?
  private let set: ExportSet
  private var count = 0
  private var upcoming: GivenRow?
  private let tell: (Difference) throws -> Void

  /// - Parameter headings: what the fields of a row and of its farewell are called; what was given under others is put in
  ///   their order.
  init(
    _ name: String, headings: (row: [String], farewell: [String]) = ([], []), in set: ExportSet,
    tell: @escaping (Difference) throws -> Void
  ) throws {
    base = try set.base?.table(name, headings: headings)
    isFirst = base == nil
    isConfirmed = set.base?.given.isConfirmed ?? true
    file = try set.openGiven(name)
    self.set = set
    self.tell = tell
    file?.write(GivenRow(key: RowKey(0), now: headings.row, farewell: headings.farewell).bytes)
    upcoming = try base?.next()
  }

  /// The next row; keys must rise.
  ///
  /// - Parameter farewell: what the row says once its record is deleted.
  /// - Parameter comparesActivity: a person who is active no longer is told, also when the row says nothing of it.
  func take(
    _ key: RowKey, _ row: [String], farewell: [String], isActive: Bool, comparesActivity: Bool = false
  ) throws {
    try pass(key)
    var next = GivenRow(key: key, now: row, farewell: farewell, isActive: isActive)
    if let given = upcoming, given.key == key {
      upcoming = try base?.next()
      let (old, isUncertain) = known(given)
      next.isTold = isUncertain || old != row || (comparesActivity && given.isActive != isActive)
      next.before = next.isTold ? old : nil
      next.perhaps = isUncertain ? perhaps(given) : []
      if next.isTold { try tell(next, old: old, after: given, isUncertain: isUncertain) }
    } else {
      next.isTold = true
      try tell(next, old: nil, after: nil, isUncertain: false)
    }
    write(next)
  }

  /// Every row before a key was there: tells at once which are gone.
  func pass(_ key: RowKey) throws {
    while let given = upcoming, given.key < key { try miss(given) }
  }

  /// The record is there, but cannot be told: what the system has of it stays.
  ///
  /// - Returns: what that may be, with the farewell.
  @discardableResult
  func keep(_ key: RowKey) throws -> (states: [[String]], farewell: [String]) {
    try pass(key)
    guard let given = upcoming, given.key == key else { return ([], []) }
    upcoming = try base?.next()
    let (old, isUncertain) = known(given)
    guard isUncertain || old != nil else { return ([], []) }
    var next = given
    (next.isTold, next.before) = (isUncertain, isUncertain ? old : nil)
    next.perhaps = isUncertain ? perhaps(given) : []
    if isUncertain { try tell(next, old: old, after: given, isUncertain: true) }
    write(next)
    return (given.states(isConfirmed: isConfirmed), given.farewell)
  }

  /// Likewise all rows whose keys begin with this number.
  func keepAll(of first: Int) throws {
    try pass(RowKey(first, Int.min))
    while let key = upcoming?.key, key.first == first { try keep(key) }
  }

  /// Every row was there.
  func finish() throws {
    while let given = upcoming { try miss(given) }
    if let file { try set.closeGiven(file, rows: count) }
  }

  /// A row that is not there any more.
  private func miss(_ given: GivenRow) throws {
    upcoming = try base?.next()
    let (old, isUncertain) = known(given)
    guard isUncertain || old != nil else { return }
    var gone = GivenRow(key: given.key, now: nil, farewell: given.farewell, isTold: true, before: old)
    gone.perhaps = isUncertain ? perhaps(given) : []
    try tell(gone, old: old, after: given, isUncertain: isUncertain)
    write(gone)
  }

  /// What the system has, and whether that is in doubt.
  private func known(_ given: GivenRow) -> (row: [String]?, isUncertain: Bool) {
    isConfirmed || !given.isTold ? (given.now, false) : (given.before, true)
  }

  /// What it may have got since it was last known.
  private func perhaps(_ given: GivenRow) -> [[String]] {
    let latest = given.now ?? []
    return given.perhaps.contains(latest) ? given.perhaps : given.perhaps + [latest]
  }

  private func tell(_ row: GivenRow, old: [String]?, after given: GivenRow?, isUncertain: Bool) throws {
    try tell(
      Difference(
        key: row.key, old: old, new: row.now, farewell: given?.farewell ?? row.farewell,
        wasActive: isUncertain || given?.isActive ?? false, isActive: row.isActive,
        perhaps: row.perhaps))
  }

  private func write(_ row: GivenRow) {
    file?.write(row.bytes)
    count += 1
  }
}
