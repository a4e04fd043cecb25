import HummingbirdCore
import Logging
import NIOCore
import NIOPosix

/// The API, listening.
public struct APIServer: Sendable {
  private let api: API
  private let settings: ServerSettings
  private let logger: Logger

  public init(_ api: API, _ settings: ServerSettings, logger: Logger) {
    self.api = api
    self.settings = settings
    self.logger = logger
  }

  /// What keeps it from listening, in words that say how to mend it.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Listens until it is asked to end; then requests under way are answered, and no others are taken.
  ///
  /// - Parameter listening: is told the port.
  /// - Parameter ending: returns when the server is to end.
  public func run(
    listening: @escaping @Sendable (Int) -> Void, until ending: @escaping @Sendable () async -> Void
  ) async throws {
    let connection = HTTP1Channel(settings, api)
    guard let certificate = settings.certificate else { return try await run(connection, listening, ending) }
    let shown = try ServerCertificate(certificate, logger: logger)
    let following = Task { await shown.follow() }
    defer { following.cancel() }
    try await run(EncryptedConnection(inner: connection, certificate: shown), listening, ending)
  }

  private enum Step {
    case served, asked, quiet, late
  }

  private func run<Channel: ServerChildChannel>(
    _ connection: Channel, _ listening: @escaping @Sendable (Int) -> Void,
    _ ending: @escaping @Sendable () async -> Void
  ) async throws {
    let server = Server(
      childChannelSetup: connection,
      configuration: .init(
        address: .hostname(settings.host, port: settings.port), backlog: 1024,
        availableConnectionsDelegate: MaximumAvailableConnections(settings.maximumConnections, logger: quiet)),
      onServerRunning: { channel in listening(channel.localAddress?.port ?? 0) },
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
    do {
      try await withThrowingTaskGroup(of: Step.self) { group in
        defer { group.cancelAll() }
        group.addTask {
          try await server.run()
          return .served
        }
        group.addTask {
          await ending()
          return .asked
        }
        while let step = try await group.next() {
          switch step {
          case .served: return
          case .asked:
            group.addTask {
              try await server.shutdownGracefully()
              return .quiet
            }
            group.addTask {
              try? await Task.sleep(for: settings.farewell)
              return .late
            }
          case .quiet: break
          case .late: return logger.warning("requests under way are cut off")
          }
        }
      }
    } catch let error as IOError {
      throw Failure(
        description:
          "Nothing can listen on \(settings.host):\(settings.port) (\(error)). Is the port taken? Choose another with --bind."
      )
    }
  }

  /// The framework says on its own account only what would trouble an operator.
  private var quiet: Logger {
    var logger = logger
    logger.logLevel = .error
    return logger
  }
}
