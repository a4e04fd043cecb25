import FileStore
import Glibc

/// A small file with a checksum before its bytes. Whatever is wrong with it, it counts as not there.
public enum SealedFile {
  /// - Parameter seal: what the file must have been written with.
  public static func read(_ path: String, seal: UInt64) -> [UInt8]? {
    guard programStamp != 0, let file = MappedFile(path), file.bytes.count >= 8 else { return nil }
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[8...])
    guard file.bytes.load(as: UInt64.self) == checksum(bytes, seed: seal) else { return nil }
    return Array(bytes)
  }

  /// A cache that cannot be written is no fault: the next run takes longer.
  public static func write(_ bytes: [UInt8], to path: String, seal: UInt64) {
    guard let temporary = TemporaryFile.name(for: path) else { return }
    let sum = bytes.withUnsafeBytes { checksum($0, seed: seal) }
    let all = withUnsafeBytes(of: sum) { Array($0) } + bytes
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
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

enum TemporaryFile {
  /// A name beside a file for what will take its place, in a folder that is there; `nil` when it cannot be made. What killed
  /// runs left is removed: whoever is writing there just now keeps nothing, which is no fault.
  static func name(for path: String) -> String? {
    let folder = FileStore.directory(of: path)
    guard (try? FileStore.makeDirectory(folder)) != nil else { return nil }
    for name in FileStore.names(in: folder) where name.hasSuffix(".tmp") { unlink("\(folder)/\(name)") }
    // Process numbers are not enough: containers that share a volume have the same ones.
    return "\(path).\(getpid())-\(UInt64.random(in: .min ... .max)).tmp"
  }
}
