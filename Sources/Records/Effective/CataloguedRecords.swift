import Catalogue
import GitStore
import RecordSchema

/// The records of one kind in a tree that is known by its catalogue, each read when it is first asked for.
final class CataloguedRecords<Record: IdentifiedRecord> {
  /// The ids that several readable files claim.
  let contested: Set<Record.ID>

  private let index: RecordIndex
  private let kind: RecordKind
  private let family: RecordKey.Family
  private let record: @Sendable (AnyReading) -> Record?
  /// What is known of a file without reading it.
  private let packed: (Int) throws -> Record?
  /// A file's record is one object for good: by that a change is told.
  private var known: [Int: Entry<Record>] = [:]

  init(
    _ index: RecordIndex, kind: RecordKind, family: RecordKey.Family, contested: Set<Int>,
    packed: @escaping (Int) throws -> Record? = { _ in nil }, record: @escaping @Sendable (AnyReading) -> Record?
  ) {
    self.index = index
    self.kind = kind
    self.family = family
    self.contested = Set(contested.map(Record.id))
    self.packed = packed
    self.record = record
  }

  /// The readable files that claim an id.
  func entries(claiming id: Record.ID) throws -> [Entry<Record>] {
    try index.marks(at: RecordKey(family, "\(Record.number(id))")).filter(\.isWhole).compactMap { try entry($0.file) }
  }

  private func entry(_ file: Int) throws -> Entry<Record>? {
    if let entry = known[file] { return entry }
    guard let record = try packed(file) ?? index.reading(file).flatMap(record) else { return nil }
    let entry = Entry(record, path: try index.file(file).path)
    known[file] = entry
    return entry
  }

  /// The id of the readable record at a path.
  func id(ofFileAt path: String) throws -> Record.ID? {
    guard let number = try index.number(ofPath: path) else { return nil }
    let file = try index.file(number)
    return file.isWhole && file.content == .record(kind) ? file.claimedID.map(Record.id) : nil
  }

  /// The ids of the readable records; a contested one once.
  func ids() throws -> [Record.ID] {
    try index.wholeRecords(of: kind).map { Record.id($0.id) }
  }

  /// The records of these ids, none of which is contested: read on all processors, and not kept.
  func read(_ ids: [Record.ID]) throws -> [Entry<Record>] {
    let files = try ids.compactMap { id in
      try index.marks(at: RecordKey(family, "\(Record.number(id))")).first(where: \.isWhole)?.file
    }
    let record = record
    return try index.readAll(files) { reading, path in record(reading).map { Entry($0, path: path) } }
      .compactMap(\.self)
  }

  /// Reads the records of these ids, on all processors.
  func load(_ ids: [Record.ID]) throws {
    let wanted = Set(ids)
    let files = try index.wholeRecords(of: kind).filter { wanted.contains(Record.id($0.id)) && known[$0.file] == nil }
    if try files.first.flatMap({ try packed($0.file) }) != nil { return }
    let record = record
    let entries = try index.readAll(files.map(\.file)) { reading, path in record(reading).map { Entry($0, path: path) }
    }
    for (file, entry) in zip(files, entries) { known[file.file] = entry }
  }
}
