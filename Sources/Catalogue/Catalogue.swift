import GitStore
import RecordSchema

/// What all files below the data folder of one tree say of ids, names and dates: enough to judge how records relate, and to
/// find the files that matter, without reading anybody's record.
///
/// It follows from the tree alone (and from how records are read), so it can always be made again. A copy on disk that turns
/// out to be damaged is replaced in the middle of its use by one made from the tree; file numbers stay the same.
public final class Catalogue {
  /// The data folder's tree.
  public let tree: OID?
  private var storage: Storage
  /// Makes the same catalogue from the tree.
  private let remake: (() throws -> Catalogue)?

  init(tree: OID?, storage: Storage, remake: (() throws -> Catalogue)? = nil) {
    self.tree = tree
    self.storage = storage
    self.remake = remake
  }

  /// For writing it to disk.
  var tables: Storage { storage }

  /// Looks something up; if the copy on disk is damaged there, in a new one.
  private func look<Result>(_ up: (Storage) throws(Storage.Damaged) -> Result) throws -> Result {
    do {
      return try up(storage)
    } catch {
      guard let remake else { throw error }
      storage = try remake().storage
      return try up(storage)
    }
  }

  // MARK: Files

  public var fileCount: Int { storage.count(.files, of: StoredFile.self) }

  public func file(_ number: Int) throws -> CatalogueFile {
    try look { storage throws(Storage.Damaged) in
      let row = try storage.row(.files, number, as: StoredFile.self)
      return row.file(path: String(decoding: try storage.bytes(.texts, row.pathRange), as: UTF8.self))
    }
  }

  /// What a file is, without its path.
  public func content(of number: Int) throws -> FileContent {
    try look { storage throws(Storage.Damaged) in
      try storage.row(.files, number, as: StoredFile.self).fileContent
    }
  }

  /// How many files are this.
  public func count(of content: FileContent) throws -> Int {
    try look { storage throws(Storage.Damaged) in
      Int(try storage.row(.counts, StoredFile.number(of: content), as: Int64.self))
    }
  }

  /// The records of a kind that can be read, with the ids that they claim.
  public func wholeRecords(of kind: RecordKind) throws -> [(file: Int, id: Int)] {
    try look { storage throws(Storage.Damaged) in
      var found: [(file: Int, id: Int)] = []
      for number in 0..<storage.count(.files, of: StoredFile.self) {
        let row = try storage.row(.files, number, as: StoredFile.self)
        guard row.isWhole, row.claimedID != 0, row.fileContent == .record(kind) else { continue }
        found.append((number, Int(row.claimedID)))
      }
      return found
    }
  }

  /// What a noted file says, where that was packed.
  public func packed(_ file: Int) throws -> [UInt8]? {
    try look { storage throws(Storage.Damaged) in
      var range = 0..<storage.count(.notables, of: Notable.self)
      while !range.isEmpty {
        let middle = (range.lowerBound + range.upperBound) / 2
        let notable = try storage.row(.notables, middle, as: Notable.self)
        if Int(notable.file) == file {
          return notable.textLength == 0 ? nil : Array(try storage.bytes(.texts, notable.textRange))
        }
        range = notable.file < file ? middle + 1..<range.upperBound : range.lowerBound..<middle
      }
      return nil
    }
  }

  /// The files that are noted, with what they say where that was packed.
  public func notables() throws -> [(file: Int, packed: [UInt8], isContested: Bool)] {
    try look { storage throws(Storage.Damaged) in
      var found: [(file: Int, packed: [UInt8], isContested: Bool)] = []
      for number in 0..<storage.count(.notables, of: Notable.self) {
        let notable = try storage.row(.notables, number, as: Notable.self)
        let packed = Array(try storage.bytes(.texts, notable.textRange))
        found.append((Int(notable.file), packed, notable.contested == 1))
      }
      return found
    }
  }

  /// The number of the file at a path.
  public func number(ofPath path: String) throws -> Int? {
    var path = path
    return try path.withUTF8 { wanted in
      try look { storage throws(Storage.Damaged) -> Int? in
        var range = 0..<storage.count(.files, of: StoredFile.self)
        while !range.isEmpty {
          let middle = (range.lowerBound + range.upperBound) / 2
          let row = try storage.row(.files, middle, as: StoredFile.self)
          let found = try storage.bytes(.texts, row.pathRange)
          let order = compare(UnsafeRawBufferPointer(found), UnsafeRawBufferPointer(wanted))
          if order == 0 { return middle }
          range = order < 0 ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
      }
    }
  }

  // MARK: Keys

  /// The marks at a key, by file.
  public func marks(at key: RecordKey) throws -> [Mark] {
    var text = key.text
    return try text.withUTF8 { wanted in
      let hash = key.family.hash(wanted)
      return try look { storage throws(Storage.Damaged) in
        var found: [Mark] = []
        for number in try bucket(of: hash, in: storage) {
          let mark = try storage.row(.marks, number, as: Mark.self)
          // Those of one key are neighbours, so only the first one's text is looked at.
          if mark.followsItsLike {
            if !found.isEmpty { found.append(mark) }
            continue
          }
          guard found.isEmpty else { break }
          guard mark.hash == hash, mark.family == key.family else { continue }
          let text = try storage.bytes(.texts, mark.textRange)
          if compare(UnsafeRawBufferPointer(text), UnsafeRawBufferPointer(wanted)) == 0 { found.append(mark) }
        }
        return found
      }
    }
  }

  /// The marks whose hashes begin alike.
  private func bucket(of hash: UInt64, in storage: Storage) throws(Storage.Damaged) -> Range<Int> {
    let buckets = storage.count(.buckets, of: UInt32.self) - 1
    guard buckets > 0 else { return 0..<0 }
    let number = MarkTable.bucket(of: hash, among: buckets)
    let start = try storage.row(.buckets, number, as: UInt32.self)
    let end = try storage.row(.buckets, number + 1, as: UInt32.self)
    guard start <= end else { throw Storage.Damaged() }
    return Int(start)..<Int(end)
  }

  public func key(of mark: Mark) throws -> RecordKey {
    try look { storage throws(Storage.Damaged) in
      RecordKey(mark.family, folded: try storage.bytes(.texts, mark.textRange))
    }
  }

  /// All keys of a family that one of the files which count claims.
  public func claimedTexts(of family: RecordKey.Family, _ counts: (Int) -> Bool) throws -> [String] {
    try look { storage throws(Storage.Damaged) in
      var texts: [String] = []
      for number in 0..<storage.count(.marks, of: Mark.self) {
        let mark = try storage.row(.marks, number, as: Mark.self)
        guard mark.family == family, mark.role == .claim, counts(mark.file) else { continue }
        texts.append(String(decoding: try storage.bytes(.texts, mark.textRange), as: UTF8.self))
      }
      return texts
    }
  }

  /// The files that claim one key together, for every key of these families that more than one claims.
  public func claimedTogether(of families: Set<RecordKey.Family>) throws -> [[Int]] {
    try look { storage throws(Storage.Damaged) in
      var groups: [[Int]] = []
      var group: [Int] = []
      for number in 0..<storage.count(.marks, of: Mark.self) {
        let mark = try storage.row(.marks, number, as: Mark.self)
        if !mark.followsItsLike {
          if group.count > 1 { groups.append(group) }
          group.removeAll(keepingCapacity: true)
        }
        if mark.role == .claim, families.contains(mark.family) { group.append(mark.file) }
      }
      return group.count > 1 ? groups + [group] : groups
    }
  }

  /// The groups of marks that meet at one key, of a catalogue that was just made.
  public func forEachKey(_ body: (UnsafeBufferPointer<Mark>) throws -> Void) rethrows {
    let marks = storage.rows(.marks, of: Mark.self)
    var start = 0
    while start < marks.count {
      var end = start + 1
      while end < marks.count, marks[end].followsItsLike { end += 1 }
      try body(UnsafeBufferPointer(rebasing: marks[start..<end]))
      start = end
    }
  }

  // MARK: Days

  /// The files for which something begins or ends on a day in the range: the first instant of that day.
  public func boundaries(from first: CalendarDate, through last: CalendarDate) throws -> [(CalendarDate, file: Int)] {
    try look { storage throws(Storage.Damaged) in
      let count = storage.count(.boundaries, of: Boundary.self)
      var range = 0..<count
      while !range.isEmpty {
        let middle = (range.lowerBound + range.upperBound) / 2
        let isBefore = try storage.row(.boundaries, middle, as: Boundary.self).day < first.dayNumber
        range = isBefore ? middle + 1..<range.upperBound : range.lowerBound..<middle
      }
      var found: [(CalendarDate, file: Int)] = []
      var place = range.lowerBound
      while place < count {
        let boundary = try storage.row(.boundaries, place, as: Boundary.self)
        guard boundary.day <= last.dayNumber else { break }
        found.append((CalendarDate(dayNumber: boundary.day), Int(boundary.file)))
        place += 1
      }
      return found
    }
  }
}
