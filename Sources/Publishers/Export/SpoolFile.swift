import FileStore
import Glibc
import RecordSchema

/// Bytes that are not where they belong yet: written one after another, read again in any order. It has no name, and is
/// gone with this object.
final class SpoolFile {
  private let descriptor: Int32
  private let path: String
  private var buffer: [UInt8] = []
  private(set) var byteCount = 0
  /// Of everything that was written.
  private(set) var checksum = CRC32()

  init(in folder: String) throws(FileError) {
    path = "\(folder)/.spool"
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileError(operation: "creating", path: path, code: errno) }
    unlink(path)
  }

  deinit { close(descriptor) }

  /// - Returns: where the bytes are.
  @discardableResult
  func write(_ bytes: [UInt8]) throws(FileError) -> Range<Int> {
    let start = byteCount
    checksum.update(bytes)
    buffer += bytes
    byteCount += bytes.count
    if buffer.count >= 256 * 1024 { try flush() }
    return start..<byteCount
  }

  private func flush() throws(FileError) {
    var rest = buffer[...]
    while !rest.isEmpty {
      let place = byteCount - rest.count
      let count = rest.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(place)) }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(operation: "writing", path: path, code: errno)
      }
      rest = rest.dropFirst(count)
    }
    buffer.removeAll(keepingCapacity: true)
  }

  func read(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    if !buffer.isEmpty { try flush() }
    var bytes = [UInt8](repeating: 0, count: range.count)
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done, off_t(range.lowerBound + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileError(operation: "reading", path: path, code: count < 0 ? errno : EIO) }
      done += count
    }
    return bytes
  }

  /// Everything, in the order in which it was written, a little at a time.
  func forEachPart(_ body: ([UInt8]) throws -> Void) throws {
    for start in stride(from: 0, to: byteCount, by: 256 * 1024) {
      try body(try read(start..<min(start + 256 * 1024, byteCount)))
    }
  }
}
