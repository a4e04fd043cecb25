import Glibc

/// A file being written. It counts only once `finish` returned: then its bytes are on disk.
public final class NewFile {
  public let path: String
  public private(set) var byteCount = 0
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var failure: FileError?
  private var isOpen = true

  /// - Parameter isExclusive: the file must not be there yet.
  public init(_ path: String, mode: mode_t = 0o666, isExclusive: Bool = false) throws(FileError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | (isExclusive ? O_EXCL : O_TRUNC) | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw FileError(operation: "creating", path: path, code: errno) }
    buffer.reserveCapacity(NewFile.bufferSize)
  }

  private static let bufferSize = 256 * 1024

  deinit {
    if isOpen { close(descriptor) }
  }

  /// A failure is kept, and thrown by `finish`.
  public func write(_ bytes: some Sequence<UInt8>) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= NewFile.bufferSize { flush() }
  }

  private func flush() {
    guard failure == nil else { return }
    var rest = buffer[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        failure = FileError(operation: "writing", path: path, code: errno)
        return
      }
      rest = rest.dropFirst(count)
    }
    byteCount += buffer.count
    buffer.removeAll(keepingCapacity: true)
  }

  /// Hands everything over to the system. It is on disk once the batch is finished.
  public func finish(in batch: SyncBatch) throws(FileError) {
    flush()
    if let failure { throw failure }
    isOpen = false
    try batch.add(descriptor, path)
  }

  /// Puts everything on disk. After a failure the file's content is not to be trusted.
  public func finish() throws(FileError) {
    flush()
    if failure == nil, fsync(descriptor) != 0 {
      failure = FileError(operation: "writing to disk", path: path, code: errno)
    }
    isOpen = false
    if close(descriptor) != 0, failure == nil {
      failure = FileError(operation: "closing", path: path, code: errno)
    }
    if let failure { throw failure }
  }
}
