import Glibc

/// A file that is read from its beginning to its end, a little of it in memory.
public final class InputFile {
  private let path: String
  private let descriptor: Int32
  private var buffer: [UInt8]
  private var place = 0
  private var filled = 0

  public init(_ path: String) throws(FileError) {
    self.path = path
    buffer = [UInt8](repeating: 0, count: 256 * 1024)
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(operation: "opening", path: path, code: errno) }
  }

  deinit { close(descriptor) }

  /// Exactly so many bytes; `nil` at the end of the file.
  ///
  /// - Throws: when the file ends in the middle.
  public func read(_ count: Int) throws(FileError) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
      if place == filled, try !fill() {
        guard bytes.isEmpty else { throw FileError(operation: "reading", path: path, code: EIO) }
        return nil
      }
      let end = min(filled, place + count - bytes.count)
      bytes += buffer[place..<end]
      place = end
    }
    return bytes
  }

  /// What is there, up to a buffer full; empty at the end of the file.
  public func readSome() throws(FileError) -> ArraySlice<UInt8> {
    if place == filled { _ = try fill() }
    defer { place = filled }
    return buffer[place..<filled]
  }

  private func fill() throws(FileError) -> Bool {
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError(operation: "reading", path: path, code: errno) }
      (place, filled) = (0, count)
      return count > 0
    }
  }
}
