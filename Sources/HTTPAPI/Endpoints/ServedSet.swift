import FileStore
import Glibc
import NIOCore
import RecordSchema

/// An export set: the folder that `current` named when it was asked, and what its manifest lists. Nothing else of the folder
/// is ever handed out.
struct ServedSet: Sendable {
  struct Entry: Sendable {
    let name: String
    let sha256: String
  }

  let folder: String
  let bytes: [UInt8]
  let commit: String
  let asOf: String
  private let entries: [Entry]

  /// - Parameter system: the folder of a system's sets.
  init(in system: String) throws {
    guard let name = FileStore.linkTarget("\(system)/current"),
      let bytes = try? FileStore.read("\(system)/\(name)/manifest.json"), let manifest = try? JSON(reading: bytes),
      case .string(let commit)? = manifest["commit"], case .string(let asOf)? = manifest["as_of"],
      case .array(let files)? = manifest["files"]
    else { throw Problem.unknown("set of export files: none was written yet") }
    folder = "\(system)/\(name)"
    (self.bytes, self.commit, self.asOf) = (bytes, commit, asOf)
    entries = files.compactMap { file in
      guard case .string(let name)? = file["name"], case .string(let sha256)? = file["sha256"] else { return nil }
      return Entry(name: name, sha256: sha256)
    }
  }

  /// A file of the newest set. Sets that are too old are removed at any moment; then there is a newer one.
  static func open(_ name: String, in system: String) throws -> (set: ServedSet, entry: Entry, file: OpenFile) {
    func attempt() throws -> (set: ServedSet, entry: Entry, file: OpenFile) {
      let set = try ServedSet(in: system)
      let entry = try set.entry(name)
      return (set, entry, try OpenFile("\(set.folder)/\(entry.name)"))
    }
    do {
      return try attempt()
    } catch let error as FileError where error.code == ENOENT {
      return try attempt()
    }
  }

  func entry(_ name: String) throws -> Entry {
    guard let entry = entries.first(where: { $0.name == name }) else { throw Problem.unknown("file") }
    return entry
  }
}

/// A file that stays what it was, whatever becomes of its name.
final class OpenFile: Sendable {
  private let path: String
  private let descriptor: Int32
  let size: Int

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw FileError(operation: "opening", path: path, code: errno) }
    var facts = stat()
    fstat(descriptor, &facts)
    size = Int(facts.st_size)
  }

  deinit { close(descriptor) }

  func read(from place: Int, count: Int) throws -> ByteBuffer {
    var buffer = ByteBuffer()
    let read = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: min(count, size - place)) {
      max(0, pread(descriptor, $0.baseAddress, min(count, size - place), off_t(place)))
    }
    guard read > 0 else { throw FileError(operation: "reading", path: path, code: EIO) }
    return buffer
  }
}
