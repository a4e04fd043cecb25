import Crypto
import FileStore
import Glibc
import RecordSchema

/// Bytes on their way out: of a file, or of memory. They are hashed as they go, so that what left is known to be what was
/// meant.
final class Source {
  let count: Int
  private let descriptor: Int32
  private let bytes: [UInt8]
  private var place = 0
  private var hash = SHA256()
  private(set) var failure: String?

  init(_ bytes: [UInt8]) {
    (self.bytes, count, descriptor) = (bytes, bytes.count, -1)
  }

  init(file path: String) throws {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(operation: "opening", path: path, code: errno) }
    (bytes, count) = ([], try FileStore.size(path))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Fills the buffer; 0 at the end, less than 0 when the file cannot be read.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let filled: Int
    if descriptor < 0 {
      filled = min(buffer.count, bytes.count - place)
      bytes.withUnsafeBytes { all in
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[place..<place + filled]))
      }
    } else {
      filled = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if filled < 0 { failure = "a file of the set cannot be read: \(String(cString: strerror(errno)))" }
    }
    if filled > 0 {
      hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
      place += filled
    }
    return filled
  }

  /// Begins again, when a connection that was kept open turns out to be closed.
  func rewind() -> Bool {
    (place, hash) = (0, SHA256())
    return descriptor < 0 || lseek(descriptor, 0, SEEK_SET) == 0
  }

  /// Of everything that was read.
  var sha256: String { hexadecimal(hash.finalize()) }

  static func sha256(ofFile path: String) throws -> String {
    let source = try Source(file: path)
    var buffer = [UInt8](repeating: 0, count: 256 * 1024)
    while true {
      let count = buffer.withUnsafeMutableBytes(source.read)
      guard count >= 0 else { throw SendFailure(source.failure ?? "a file of the set cannot be read") }
      if count == 0 { return source.sha256 }
    }
  }
}
