import Crypto
import FileStore
import RecordSchema
import Synchronization
import Workers

/// `images.json` and the approved photos and the signatures themselves, below `images/`, each named by its content.
///
/// What an earlier set has is linked, not copied: both sets share it on disk. Only what is new is read from git.
final class CardImages: StaffFile {
  private static let (name, folder) = ("images.json", "images")
  private static let headings = ["content", "sha256", "bytes", "format"]
  /// Of images that are not there, so many are named one by one.
  private static let namedLimit = 20

  enum Kind: String, CaseIterable {
    case photo, signature
  }

  private let set: ExportSet
  private let file: ExportFile
  private let given: ExportFile?
  private let earlier: (table: GivenTable, folder: String)?
  private var upcoming: GivenRow?
  private var count = 0
  private var missing = 0

  init(_ set: ExportSet) throws {
    self.set = set
    file = try set.open(Self.name)
    given = try set.openGiven(Self.name)
    try set.makeFolder(Self.folder)
    earlier = try set.earlierTable(Self.name, headings: Self.headings)
    upcoming = try earlier?.table.next()
    given?.write(GivenRow(key: RowKey(0), now: Self.headings).bytes)
    file.write("[")
    if set.images == nil { set.note("\(Self.name) is empty: the repository's images cannot be read here.") }
  }

  func take(_ members: [StaffMember]) throws {
    var wanted: [Wanted] = []
    for member in members {
      let person = member.person
      if let path = person.visiblePhotoPath { try want(.photo, path, of: person, &wanted) }
      if let path = person.signaturePath { try want(.signature, path, of: person, &wanted) }
    }
    let found = try read(wanted.filter { $0.stored == nil })
    for var image in wanted {
      if image.stored == nil {
        switch found[image.content] {
        case .success(let stored): image.stored = stored
        case .failure(let refusal): noteMissing(image.person, image.path, refusal.reason)
        case nil: break
        }
      }
      if let stored = image.stored { list(image, stored) }
    }
  }

  func finish() throws {
    if missing > Self.namedLimit { set.note("and \(missing - Self.namedLimit) more images are not there.") }
    file.write("\n]\n")
    try set.close(file, rows: count)
    if let given { try set.closeGiven(given, rows: count) }
  }

  // MARK: What is wanted

  private struct Wanted: Sendable {
    let person: Person
    let kind: Kind
    let path: String
    /// Git's name for it.
    let content: String
    var stored: Stored?

    var key: RowKey { RowKey(person.id.rawValue, kind == .photo ? 0 : 1) }
  }

  /// An image in a set's folder.
  private struct Stored: Sendable {
    let sha256: String
    let bytes: Int
    let format: ImageFormat

    var file: String { "\(CardImages.folder)/\(sha256).\(format.endings[0])" }
  }

  private struct Refusal: Error {
    let reason: String
  }

  private func want(_ kind: Kind, _ path: String, of person: Person, _ wanted: inout [Wanted]) throws {
    guard let images = set.images else { return }
    guard let content = try images.content(path) else { return noteMissing(person, path, "there is no such file") }
    var image = Wanted(person: person, kind: kind, path: path, content: content)
    while let row = upcoming, row.key < image.key { upcoming = try earlier?.table.next() }
    if let row = upcoming, row.key == image.key { image.stored = link(row, content) }
    wanted.append(image)
  }

  private func noteMissing(_ person: Person, _ path: String, _ reason: String) {
    missing += 1
    if missing <= Self.namedLimit { set.note("\(person.reference): \(path) is left out: \(reason).") }
  }

  // MARK: Images on disk

  /// Takes an image over from the earlier set, when it is the same and is there as it was written.
  private func link(_ row: GivenRow, _ content: String) -> Stored? {
    guard let earlier, let fields = row.now, fields.count == 4, fields[0] == content, let bytes = Int(fields[2]),
      let format = ImageFormat(rawValue: fields[3])
    else { return nil }
    let stored = Stored(sha256: fields[1], bytes: bytes, format: format)
    let (old, new) = ("\(earlier.folder)/\(stored.file)", "\(set.folder)/\(stored.file)")
    // Two people may have the same image.
    if FileStore.exists(new) { return stored }
    guard (try? FileStore.size(old)) == bytes, FileStore.link(old, as: new) else { return nil }
    return stored
  }

  /// Reads images from git and writes each into the set once. One after another is in memory.
  private func read(_ wanted: [Wanted]) throws -> [String: Result<Stored, Refusal>] {
    guard let images = set.images else { return [:] }
    let contents = Array(Set(wanted.map(\.content))).sorted()
    let (folder, syncing) = (set.folder, set.syncing)
    let parts = try Workers.map(contents, partSize: 4, prepare: images.open) { part, read in
      var found: [(String, Result<Stored, Refusal>)] = []
      for content in part { found.append((content, try Self.store(content, read, in: folder, syncing))) }
      return found
    }
    return Dictionary(parts.joined(), uniquingKeysWith: { first, _ in first })
  }

  private static func store(
    _ content: String, _ read: StaffImages.Reader, in folder: String, _ syncing: SyncBatch
  ) throws -> Result<Stored, Refusal> {
    let bytes: [UInt8]
    do {
      bytes = try read(content)
    } catch {
      return .failure(Refusal(reason: "it cannot be read (\(error))"))
    }
    guard let format = ImageFormat(bytes) else {
      return .failure(Refusal(reason: "it is no JPEG, PNG or WebP image"))
    }
    let stored = Stored(sha256: hexadecimal(SHA256.hash(data: bytes)), bytes: bytes.count, format: format)
    try write(bytes, to: "\(folder)/\(stored.file)", syncing)
    return .success(stored)
  }

  /// Does nothing when somebody else has the same image.
  private static func write(_ bytes: [UInt8], to path: String, _ syncing: SyncBatch) throws {
    let file: NewFile
    do {
      // Sets share it, so nobody should change it in place.
      file = try NewFile(path, mode: 0o444, isExclusive: true)
    } catch {
      if error.isThereAlready { return }
      throw error
    }
    file.write(bytes)
    try file.finish(in: syncing)
  }

  // MARK: The list

  private func list(_ image: Wanted, _ stored: Stored) {
    let line: JSON = [
      "staff_service_person_id": .int(image.person.id.rawValue), "kind": .string(image.kind.rawValue),
      "path": .string(image.path), "file": .string(stored.file), "sha256": .string(stored.sha256),
      "bytes": .int(stored.bytes), "media_type": .string(stored.format.mediaType),
    ]
    file.write((count == 0 ? "\n" : ",\n") + line.text)
    given?.write(
      GivenRow(key: image.key, now: [image.content, stored.sha256, String(stored.bytes), stored.format.rawValue]).bytes)
    count += 1
  }
}
