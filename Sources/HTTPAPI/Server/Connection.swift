import HummingbirdCore
import Logging
import NIOCore

/// A connection whose requests are answered on the thread that reads them: a request that hops to another and back costs as
/// much again as answering it from memory. What blocks goes to threads of its own (`BlockingWork`).
struct Connection: ServerChildChannel, HTTPChannelHandler {
  private let base: HTTP1Channel

  init(_ settings: ServerSettings, responder: @escaping HTTPChannelHandler.Responder) {
    base = HTTP1Channel(
      responder: responder,
      configuration: .init(
        additionalChannelHandlers: [ConnectionGuard(settings)], idleTimeout: settings.headTimeout,
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: ServerSettings.headerBytes, maxHeaderListSize: 2 * ServerSettings.headerBytes,
          maxHeaderFieldCount: ServerSettings.headerCount)))
  }

  var responder: HTTPChannelHandler.Responder { base.responder }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    base.setup(channel: channel, logger: logger)
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async {
    await withTaskExecutorPreference(EventLoopTasks(value.channel.eventLoop)) {
      await base.handle(value: value, logger: logger)
    }
  }
}

/// Runs tasks on an event loop.
private final class EventLoopTasks: TaskExecutor {
  private let loop: any EventLoop

  init(_ loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
