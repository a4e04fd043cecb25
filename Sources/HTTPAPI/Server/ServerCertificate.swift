import FileStore
import Logging
import NIOPosix
import NIOSSL
import Synchronization

/// The certificate that connections are shown, as its files have it: one that was renewed needs no restart.
///
/// A renewal writes two files, one after the other. Until they fit each other again, the ones before are shown.
final class ServerCertificate: Sendable {
  /// What the two files hold.
  private typealias Content = [[UInt8]]

  private let files: ServerSettings.Certificate
  private let logger: Logger
  private let atFirst: Content
  private let shown: Mutex<NIOSSLContext>

  /// - Throws: `APIServer.Failure`, when the files cannot be used.
  init(_ files: ServerSettings.Certificate, logger: Logger) throws {
    (self.files, self.logger) = (files, logger)
    do {
      atFirst = try Self.read(files)
      shown = Mutex(try Self.context(atFirst))
    } catch {
      throw APIServer.Failure(description: Self.complaint(files, error))
    }
  }

  /// What the next connection is made with.
  var context: NIOSSLContext { shown.withLock { $0 } }

  /// Looks at the files every second, until the task is cancelled. What is wrong with them is said once.
  func follow() async {
    var current = atFirst
    var said: String?
    while true {
      do { try await Task.sleep(for: .seconds(1)) } catch { return }
      do {
        let (files, before) = (files, current)
        // A disk that hangs holds up none of those who read and answer.
        let renewed: (content: Content, context: NIOSSLContext)? = try await NIOThreadPool.singleton.runIfActive {
          let content = try Self.read(files)
          return content == before ? nil : (content, try Self.context(content))
        }
        said = nil
        guard let renewed else { continue }
        current = renewed.content
        shown.withLock { $0 = renewed.context }
        logger.info("the certificate \(files.certificateFile) was renewed")
      } catch {
        let complaint = Self.complaint(files, error)
        if said != complaint { logger.error("\(complaint) Connections are shown the one before it.") }
        said = complaint
      }
    }
  }

  private static func read(_ files: ServerSettings.Certificate) throws -> Content {
    [try FileStore.read(files.certificateFile), try FileStore.read(files.keyFile)]
  }

  /// - Throws: also where the key is not the certificate's.
  private static func context(_ content: Content) throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMBytes(content[0])
    let key = try NIOSSLPrivateKey(bytes: content[1], format: .pem)
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
