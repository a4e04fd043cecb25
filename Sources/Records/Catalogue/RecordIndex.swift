import Catalogue
import GitStore
import RecordSchema
import Workers

/// Everything that rules about relations look things up in: the catalogue of one tree, and the files in which the tree at
/// hand differs from it.
///
/// Files have numbers: those of the catalogue, then those that came in or changed.
public final class RecordIndex {
  public let configuration: Configuration

  private let catalogue: Catalogue
  private let source: any RecordSource
  /// Files of the catalogue that are gone or changed.
  private var hidden: Set<Int> = []
  private var added = CatalogueChunk()
  private var addedPaths: [PathKey: Int] = [:]
  private var addedMarks: [RecordKey: [Mark]] = [:]
  private var readings: [Int: AnyReading] = [:]
  private var largestIDs: [RecordKind: Int] = [:]

  public init(_ catalogue: Catalogue, configuration: Configuration, source: some RecordSource) {
    self.catalogue = catalogue
    self.configuration = configuration
    self.source = source
  }

  /// Takes over what differs between the catalogue's tree and the one at hand.
  ///
  /// - Parameter readings: what the changed files say now, by path.
  public func apply(_ changes: [TreeChange], _ readings: [PathKey: AnyReading]) throws {
    let first = added.keyedMarks.count
    for change in changes {
      if change.old != nil, let number = try catalogue.number(ofPath: change.path) { hidden.insert(number) }
      guard let new = change.new else { continue }
      self.readings[catalogue.fileCount + added.count] = readings[PathKey(change.path)]
      addedPaths[PathKey(change.path)] = catalogue.fileCount + added.count
      added.add(new, dataFolder: configuration.dataFolder, reading: readings[PathKey(change.path)])
    }
    for (key, mark) in added.keyedMarks[first...] {
      addedMarks[key, default: []].append(mark.moved(by: catalogue.fileCount))
    }
  }

  // MARK: Files

  /// Every number is smaller.
  public var fileCount: Int { catalogue.fileCount + added.count }

  public func file(_ number: Int) throws -> CatalogueFile {
    number < catalogue.fileCount ? try catalogue.file(number) : added.file(at: number - catalogue.fileCount)
  }

  public func number(ofPath path: String) throws -> Int? {
    if let number = addedPaths[PathKey(path)] { return number }
    return try catalogue.number(ofPath: path).flatMap { hidden.contains($0) ? nil : $0 }
  }

  public func bytes(ofPath path: String) throws -> [UInt8]? {
    if let number = try number(ofPath: path) { return try source.read(file(number).entry) }
    // staffrepo.yaml is no record.
    return path.hasPrefix(configuration.dataFolder + "/") ? nil : try source.entry(at: path).map { try source.read($0) }
  }

  /// What a record says; `nil` for what is no record.
  public func reading(_ number: Int) throws -> AnyReading? {
    if let known = readings[number] { return known }
    let reading = try Records.reading(of: try file(number).entry, from: source, configuration)
    readings[number] = reading
    return reading
  }

  /// How many files are records of a kind, readable or not.
  public func count(of kind: RecordKind) throws -> Int {
    let content = FileContent.record(kind)
    return try catalogue.count(of: content) - hidden.count { try catalogue.content(of: $0) == content }
      + (0..<added.count).count { added.file(at: $0).content == content }
  }

  /// The records of a kind that can be read, by file.
  public func wholeRecords(of kind: RecordKind) throws -> [(file: Int, id: Int)] {
    try catalogue.wholeRecords(of: kind).filter { !hidden.contains($0.file) }
      + (0..<added.count).compactMap { number in
        let file = added.file(at: number)
        guard file.content == .record(kind), file.isWhole, let id = file.claimedID else { return nil }
        return (catalogue.fileCount + number, id)
      }
  }

  /// Reads many records, on all processors; in the order of the files.
  public func readAll<Result: Sendable>(
    _ files: [Int], _ body: @escaping @Sendable (AnyReading, String) -> Result?
  ) throws -> [Result?] {
    let entries = try files.map { try file($0).entry }
    let configuration = configuration
    return try Workers.map(entries, partSize: 128, prepare: source.opener) { entries, source in
      try entries.map { entry in
        try Records.reading(of: entry, from: source, configuration).flatMap { body($0, entry.path) }
      }
    }.flatMap(\.self)
  }

  // MARK: Keys

  /// The files that meet at a key.
  public func marks(at key: RecordKey) throws -> [Mark] {
    let kept = try catalogue.marks(at: key).filter { !hidden.contains($0.file) }
    return kept + (addedMarks[key] ?? [])
  }

  public func key(of mark: Mark) throws -> RecordKey {
    mark.file < catalogue.fileCount ? try catalogue.key(of: mark) : added.key(of: mark)
  }

  /// Every key's marks, of a fresh index.
  public func forEachKey(_ body: (UnsafeBufferPointer<Mark>) throws -> Void) rethrows {
    try catalogue.forEachKey(body)
  }

  /// The files for which something begins or ends on a day in the range, as far as they are not gone.
  public func boundaries(from first: CalendarDate, through last: CalendarDate) throws -> [(CalendarDate, file: Int)] {
    try catalogue.boundaries(from: first, through: last).filter { !hidden.contains($0.file) }
      + added.boundaries(from: first, through: last).map { ($0, $1 + catalogue.fileCount) }
  }

  /// The files of a kind of which there are few: units, keys, subscriptions, approvals.
  public func files(of kind: RecordKind) throws -> [Int] {
    let content = FileContent.record(kind)
    let kept = try catalogue.notables().map(\.file).filter {
      try !hidden.contains($0) && catalogue.content(of: $0) == content
    }
    return kept + (0..<added.count).filter { added.file(at: $0).content == content }.map { $0 + catalogue.fileCount }
  }

  /// What is claimed in a family: the words that a misspelt one may have meant.
  public func claimedTexts(of family: RecordKey.Family) throws -> [String] {
    let kept = try catalogue.claimedTexts(of: family) { !hidden.contains($0) }
    let came = addedMarks.filter { key, marks in key.family == family && marks.contains { $0.role == .claim } }
    return kept + came.map(\.key.text)
  }

  /// The files that claim one key together, of an index to which nothing was added.
  func claimedTogether(of families: Set<RecordKey.Family>) throws -> [[Int]] {
    try catalogue.claimedTogether(of: families)
  }

  /// The largest id that a record of a kind claims.
  public func largestID(of kind: RecordKind) throws -> Int {
    if let known = largestIDs[kind] { return known }
    let content = FileContent.record(kind)
    let largest = try (0..<catalogue.fileCount + added.count).reduce(0) { largest, number in
      guard !hidden.contains(number) else { return largest }
      let file = try self.file(number)
      return file.content == content ? max(largest, file.claimedID ?? 0) : largest
    }
    largestIDs[kind] = largest
    return largest
  }
}
