import Crypto
import FileStore
import RecordSchema

/// The files of one run for one system, written into a folder that nobody sees before it is whole.
public final class ExportSet {
  /// What is said of one file in the manifest.
  public struct WrittenFile: Sendable {
    public let name: String
    public let sha256: String
    public let rows: Int
    public let bytes: Int
  }

  public let folder: String
  /// What the system was given before; files of differences are told against it.
  public let base: GivenSet?
  /// Photos and signatures, for files that hold them.
  let images: StaffImages?
  /// Everything below the set's folder that is not on disk yet.
  let syncing = SyncBatch()
  private let earlier: [GivenSet]
  public private(set) var files: [WrittenFile] = []
  /// What a file had to leave out or change, and for whom.
  public private(set) var notes: [String] = []
  private var givenTables: [(name: String, sha256: String)] = []
  private var names: Set<String> = []
  private var noted: Set<String> = []
  private var subfolders: Set<String> = []
  private let madeFolder: Bool
  private let isRemembered: Bool

  /// - Parameter folder: must not be there yet.
  /// - Parameter earlier: the sets of the same system that are still there, the newest first.
  /// - Parameter isRemembered: later sets are compared with this one.
  public init(
    folder: String, base: GivenSet? = nil, earlier: [GivenSet] = [], images: StaffImages? = nil,
    isRemembered: Bool = false
  ) throws {
    self.isRemembered = isRemembered
    self.folder = folder
    self.base = base
    self.earlier = earlier
    self.images = images
    madeFolder = !FileStore.exists(folder)
    try FileStore.makeDirectory(folder)
  }

  /// Begins a file.
  ///
  /// - Parameter isSecret: nobody but its owner may read it.
  public func open(_ name: String, isSecret: Bool = false) throws -> ExportFile {
    guard names.insert(name).inserted else {
      throw PublisherError("Two tables of this system are called \(name). Give one of them another name.")
    }
    let path = "\(folder)/\(name)"
    if name.contains("/") { try makeFolder(FileStore.directory(of: name)) }
    return ExportFile(try NewFile(path, mode: isSecret ? 0o600 : 0o666), name: name)
  }

  /// Makes a folder inside of the set.
  func makeFolder(_ name: String) throws {
    if subfolders.insert(name).inserted { try FileStore.makeDirectory("\(folder)/\(name)") }
  }

  /// Puts a file that ``open(_:isSecret:)`` began into the manifest.
  ///
  /// - Parameter rows: how many records it holds.
  public func close(_ file: ExportFile, rows: Int) throws { files.append(try file.finish(rows: rows, syncing)) }

  /// Writes one file; `body` returns how many records it holds.
  public func file(_ name: String, isSecret: Bool = false, _ body: (ExportFile) throws -> Int) throws {
    let file = try open(name, isSecret: isSecret)
    try close(file, rows: body(file))
  }

  /// Begins what the next run will compare a table with; `nil` when there will be none.
  func openGiven(_ name: String) throws -> ExportFile? {
    guard isRemembered else { return nil }
    try FileStore.makeDirectory("\(folder)/\(GivenSet.tables)")
    return ExportFile(try NewFile("\(folder)/\(GivenSet.tables)/\(name).rows", mode: 0o600), name: name)
  }

  func closeGiven(_ file: ExportFile, rows: Int) throws {
    let written = try file.finish(rows: rows, syncing)
    givenTables.append((written.name, written.sha256))
  }

  /// A table of the newest earlier set that has it undamaged, and that set's folder.
  func earlierTable(_ name: String, headings: [String]) throws -> (table: GivenTable, folder: String)? {
    for set in earlier {
      if let table = try set.table(name, headings: (headings, [])) { return (table, set.folder) }
    }
    return nil
  }

  /// A file for what is not in its order yet; it is gone with this object.
  func spool() throws -> SpoolFile { try SpoolFile(in: folder) }

  /// Says something once, however often it is noticed.
  public func note(_ text: String) {
    guard noted.insert(text).inserted else { return }
    if notes.count < Self.noteLimit { notes.append(text) }
  }

  private static let noteLimit = 1000

  private var furtherNotes: [String] {
    noted.count > notes.count ? ["and \(noted.count - notes.count) more of the kind"] : []
  }

  public var rows: Int { files.map(\.rows).reduce(0, +) }
  public var bytes: Int { files.map(\.bytes).reduce(0, +) }

  /// Removes what was written: of a set that did not become whole, nobody should take a file.
  public func discard() {
    for name in names { try? FileStore.remove("\(folder)/\(name)") }
    for name in subfolders { try? FileStore.remove("\(folder)/\(name)") }
    try? FileStore.remove("\(folder)/\(GivenSet.tables)")
    if madeFolder { try? FileStore.remove(folder) }
  }

  /// Writes the manifest, last: a folder that has one is whole.
  public func finish(
    system: String, profiles: [String], position: Int?, context: StaffContext, digest: StaffDigest
  ) throws {
    let manifest: JSON = [
      "system": .string(system), "profiles": .array(profiles.map(JSON.string)), "commit": .string(context.commit),
      "as_of": .string(context.asOf.description), "position": .optional(position),
      "previous": .optional(base?.arrived),
      "files": .array(
        files.map {
          [
            "name": .string($0.name), "sha256": .string($0.sha256), "rows": .int($0.rows), "bytes": .int($0.bytes),
          ]
        }),
      "records": [
        "people": .int(digest.people), "units": .int(context.units.byID.count), "digest": .string(digest.text),
      ], "notes": .array((notes + furtherNotes).map(JSON.string)),
    ]
    try syncing.finish()
    for name in subfolders { try FileStore.synchroniseDirectory("\(folder)/\(name)") }
    if isRemembered {
      try FileStore.makeDirectory("\(folder)/\(GivenSet.tables)")
      if let base { try base.given.write(to: "\(folder)/\(GivenSet.tables)/\(GivenSet.origin)") }
      try FileStore.write((base?.arrived ?? "").utf8, to: "\(folder)/\(GivenSet.tables)/\(GivenSet.previous)")
    }
    // What is not written now was given all the same, and is needed when it is written again.
    for table in isRemembered ? base?.tables ?? [] : []
    where !givenTables.contains(where: { $0.name == table.name })
      && FileStore.link(table.path, as: "\(folder)/\(GivenSet.tables)/\(table.name).rows")
    {
      givenTables.append((table.name, table.sha256))
    }
    if !givenTables.isEmpty {
      let lines = givenTables.map { "\($0.sha256) \($0.name)\n" }.joined()
      try FileStore.write(lines.utf8, to: "\(folder)/\(GivenSet.tables)/\(GivenSet.index)", mode: 0o600)
    }
    try FileStore.write(manifest.prettyLines, to: "\(folder)/manifest.json")
    try FileStore.synchroniseDirectory(folder)
  }
}

/// One file of a set: counts and hashes what goes through it.
public final class ExportFile {
  private let file: NewFile
  private let name: String
  private var hash = SHA256()

  init(_ file: NewFile, name: String) {
    self.file = file
    self.name = name
  }

  public func write(_ bytes: [UInt8]) {
    hash.update(data: bytes)
    file.write(bytes)
  }

  public func write(_ text: String) { write(Array(text.utf8)) }

  func finish(rows: Int, _ syncing: SyncBatch) throws -> ExportSet.WrittenFile {
    try file.finish(in: syncing)
    return ExportSet.WrittenFile(
      name: name, sha256: hexadecimal(hash.finalize()), rows: rows, bytes: file.byteCount)
  }
}
