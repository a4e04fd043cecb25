import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

extension HTTP1Channel {
  /// A connection with limits to what it may cost.
  ///
  /// What memory has an answer for is answered on the thread that reads it. All else is answered on Swift's own threads: an
  /// executor that kept it on the reading one was a third slower. What blocks goes to threads of its own (`BlockingWork`).
  init(_ settings: ServerSettings, _ api: API) {
    self.init(
      responder: { try await api.respond(to: $0, $1, $2) },
      configuration: .init(
        additionalChannelHandlers: Self.handlers(settings, api),
        // The guard looks after that, who sees every request.
        idleTimeout: nil,
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: ServerSettings.headerBytes, maxHeaderListSize: 2 * ServerSettings.headerBytes,
          maxHeaderFieldCount: ServerSettings.headerCount)))
  }

  private static func handlers(_ settings: ServerSettings, _ api: API) -> [any RemovableChannelHandler] {
    let connection = ConnectionGuard(settings)
    return [connection, QuickAnswers(connection, api.answerFromMemory)]
  }
}

/// A connection behind TLS, made with the certificate that is there when it begins.
struct EncryptedConnection: ServerChildChannel {
  let inner: HTTP1Channel
  let certificate: ServerCertificate

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: certificate.context))
    }.flatMap {
      inner.setup(channel: channel, logger: logger)
    }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async { await inner.handle(value: value, logger: logger) }
}
