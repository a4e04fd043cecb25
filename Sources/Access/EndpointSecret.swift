import FileStore
import FoundationEssentials
import Glibc

/// A fresh secret for one endpoint: what signs the events that it gets. It is shown once, and kept where only the host's
/// user can read it.
public struct EndpointSecret: Sendable {
  /// `whsec_` and base64 of 32 random bytes. It must reach no log, no error and no file but its own.
  public let text: String

  /// By which every such secret is known.
  public static let prefix = "whsec_"

  /// - Parameter generator: `SystemRandomNumberGenerator`, but in tests.
  public static func mint(using generator: inout some RandomNumberGenerator) -> EndpointSecret {
    let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    return EndpointSecret(text: prefix + Data(bytes).base64EncodedString())
  }

  /// Writes it into a file of its own; one that is there already is an error and stays as it is.
  public func store(at path: String) throws(FileError) {
    let folder = FileStore.directory(of: path)
    if !FileStore.exists(folder) {
      try FileStore.makeDirectory(folder)
      chmod(folder, 0o700)
    }
    let file = try NewFile(path, mode: 0o600, isExclusive: true)
    file.write(Array("\(text)\n".utf8))
    try file.finish()
    try FileStore.synchroniseDirectory(folder)
  }
}
