import HummingbirdCore
import NIOCore

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
