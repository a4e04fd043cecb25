import FileStore
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The certificate that connections are shown, as its files have it: one that was renewed needs no restart.
///
/// A renewal writes two files, one after the other. Until they fit each other again, the ones before are shown.
final class ServerCertificate: Sendable {
  private struct State {
    /// What the files held when they were looked at last, good or not; `nil` where they could not be read.
    var found: [[UInt8]]?
    var shown: NIOSSLContext
    var nextLook: NIODeadline
  }

  private let files: ServerSettings.Certificate
  private let logger: Logger
  private let state: Mutex<State>

  /// - Throws: `APIServer.Failure`, when the files cannot be used.
  init(_ files: ServerSettings.Certificate, logger: Logger) throws {
    (self.files, self.logger) = (files, logger)
    do {
      let found = try Self.read(files)
      state = Mutex(State(found: found, shown: try Self.context(found), nextLook: .now() + Self.pause))
    } catch {
      throw APIServer.Failure(description: Self.complaint(files, error))
    }
  }

  /// How often the files are looked at, at most.
  private static let pause = TimeAmount.seconds(1)

  /// What the next connection is made with.
  var context: NIOSSLContext {
    state.withLock { state in
      guard state.nextLook <= .now() else { return state.shown }
      state.nextLook = .now() + Self.pause
      let before = state.found
      do {
        state.found = nil
        let found = try Self.read(files)
        state.found = found
        guard found != before else { return state.shown }
        state.shown = try Self.context(found)
        logger.info("the certificate \(files.certificateFile) was renewed")
      } catch {
        guard state.found != before else { return state.shown }
        logger.error("\(Self.complaint(files, error)) Connections are shown the one before it.")
      }
      return state.shown
    }
  }

  private static func read(_ files: ServerSettings.Certificate) throws -> [[UInt8]] {
    [try FileStore.read(files.certificateFile), try FileStore.read(files.keyFile)]
  }

  /// - Throws: also where the key is not the certificate's.
  private static func context(_ found: [[UInt8]]) throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMBytes(found[0])
    let key = try NIOSSLPrivateKey(bytes: found[1], format: .pem)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    return try NIOSSLContext(configuration: configuration)
  }

  private static func complaint(_ files: ServerSettings.Certificate, _ error: any Error) -> String {
    "The certificate \(files.certificateFile) with the key \(files.keyFile) cannot be used: \(error). Both are PEM files; the "
      + "certificate's own comes before those that signed it."
  }
}
