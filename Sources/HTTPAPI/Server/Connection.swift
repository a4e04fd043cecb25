import HummingbirdCore
import NIOCore

extension HTTP1Channel {
  /// A connection with limits to what it may cost.
  ///
  /// Its requests are answered on Swift's own threads, not on the thread that reads them: an executor that kept them there was
  /// a third slower. What blocks goes to threads of its own (`BlockingWork`).
  init(_ settings: ServerSettings, responder: @escaping HTTPChannelHandler.Responder) {
    self.init(
      responder: responder,
      configuration: .init(
        additionalChannelHandlers: [ConnectionGuard(settings)], idleTimeout: settings.headTimeout,
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: ServerSettings.headerBytes, maxHeaderListSize: 2 * ServerSettings.headerBytes,
          maxHeaderFieldCount: ServerSettings.headerCount)))
  }
}
