import FileStore
import Glibc

/// A small file with a checksum before its bytes. Whatever is wrong with it, it counts as not there.
public enum SealedFile {
  /// - Parameter seal: what the file must have been written with.
  public static func read(_ path: String, seal: UInt64) -> [UInt8]? {
    guard let file = MappedFile(path), file.bytes.count >= 8 else { return nil }
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[8...])
    guard file.bytes.load(as: UInt64.self) == checksum(bytes, seed: seal) else { return nil }
    return Array(bytes)
  }

  /// A cache that cannot be written is no fault: the next run takes longer.
  public static func write(_ bytes: [UInt8], to path: String, seal: UInt64) {
    let temporary = "\(path).\(getpid()).tmp"
    let sum = bytes.withUnsafeBytes { checksum($0, seed: seal) }
    let all = withUnsafeBytes(of: sum) { Array($0) } + bytes
    guard (try? FileStore.makeDirectory(FileStore.directory(of: path))) != nil else { return }
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return }
    let written = all.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    close(descriptor)
    if written != all.count || rename(temporary, path) != 0 { unlink(temporary) }
  }
}

/// A number that tells texts apart.
public enum Fingerprint {
  public static func of(_ text: String) -> UInt64 {
    var text = text
    return text.withUTF8 { checksum(UnsafeRawBufferPointer($0)) }
  }
}
