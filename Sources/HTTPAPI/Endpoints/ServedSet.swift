import FileStore
import FoundationEssentials
import Glibc
import NIOCore

/// An export set: the folder that `current` named when it was asked, and what its manifest lists. Nothing else of the folder
/// is ever handed out.
struct ServedSet: Sendable {
  struct Manifest: Decodable, Sendable {
    struct Entry: Decodable, Sendable {
      let name: String
      let sha256: String
    }

    let commit: String
    let as_of: String
    let files: [Entry]
  }

  let folder: String
  let bytes: [UInt8]
  let manifest: Manifest

  /// - Parameter system: the folder of a system's sets.
  init(in system: String) throws {
    guard let name = FileStore.linkTarget("\(system)/current"), let bytes = try? FileStore.read("\(system)/\(name)/manifest.json"),
      let manifest = try? JSONDecoder().decode(Manifest.self, from: Data(bytes))
    else { throw Problem.unknown("set of export files: none was written yet") }
    folder = "\(system)/\(name)"
    self.bytes = bytes
    self.manifest = manifest
  }

  func entry(_ name: String) throws -> Manifest.Entry {
    guard let entry = manifest.files.first(where: { $0.name == name }) else { throw Problem.unknown("file") }
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
