import HTTPTypes
import NIOCore
import NIOHTTPTypes
import RecordSchema

/// Ends connections that only hold a place: whose request never ends, or whose reader takes nothing of the answer.
///
/// A request as a whole has a time to be there by, however its bytes drip, and so has the head of the next one after an
/// answer. It also ends a connection after an answer that says `Connection: close`, and says what was wrong where a request
/// could not even be parsed.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let settings: ServerSettings
  /// When the connection ends, unless what is waited for is there by then; `nil`: nothing is.
  private var deadline: NIODeadline?
  private var stall: NIODeadline?
  /// The next look at these. There is one at most, and it is left alone when a deadline moves: a timer for each request would
  /// cost more than many an answer.
  private var look: (time: NIODeadline, timer: Scheduled<Void>)?
  private var bodyBytes = 0
  private var isReadingRequest = false
  private var closesAfterAnswer = false
  /// Every answer of ours bears an id; one without is what the framework says to a request that it could not parse.
  private var parseFailure: HTTPResponse?

  init(_ settings: ServerSettings) { self.settings = settings }

  func handlerAdded(context: ChannelHandlerContext) { expect(settings.headTimeout, context) }

  func handlerRemoved(context: ChannelHandlerContext) {
    look?.timer.cancel()
    look = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      (isReadingRequest, bodyBytes) = (true, 0)
      expect(settings.bodyTimeout, context)
    case .body(let buffer):
      bodyBytes += buffer.readableBytes
      // The endpoint answers at its own limit; whoever goes on sending after that is not listened to.
      if bodyBytes > ServerSettings.largestBody + 1 << 20 { return context.close(promise: nil) }
    case .end:
      isReadingRequest = false
      deadline = nil
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head) where head.status.kind != .informational:
      if head.headerFields[.requestID] == nil {
        parseFailure = head
        promise?.succeed()
      } else {
        if head.headerFields[.connection] == "close" { closesAfterAnswer = true }
        context.write(data, promise: promise)
      }
    case .end:
      if let head = parseFailure { return tellParseFailure(head, context, promise) }
      guard closesAfterAnswer else {
        if !isReadingRequest { expect(settings.headTimeout, context) }
        return context.write(data, promise: promise)
      }
      let written = promise ?? context.eventLoop.makePromise(of: Void.self)
      context.writeAndFlush(data, promise: written)
      closeOnce(written.futureResult, context)
    case .head, .body:
      context.write(data, promise: promise)
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    stall = nil
    if !context.channel.isWritable {
      let time = NIODeadline.now() + settings.stallTimeout
      stall = time
      lookAt(time, context)
    }
    context.fireChannelWritabilityChanged()
  }

  private func tellParseFailure(
    _ head: HTTPResponse, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
  ) {
    parseFailure = nil
    let body = ByteBuffer(bytes: Problem.unreadable.json.bytes)
    var head = head
    head.headerFields[.contentType] = Problem.mediaType
    head.headerFields[.contentLength] = "\(body.readableBytes)"
    head.headerFields[.connection] = "close"
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(body)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
  }

  /// Not before the whole answer went out: what a slow reader has not taken yet would be lost. And closing while the client
  /// still sends would take the answer away from it, so what it sends is heard a little longer.
  private func closeOnce(_ written: EventLoopFuture<Void>, _ context: ChannelHandlerContext) {
    written.assumeIsolated().whenComplete { _ in
      guard self.isReadingRequest else { return context.close(promise: nil) }
      self.expect(.seconds(5), context)
    }
  }

  /// Ends the connection unless the request is there by then.
  private func expect(_ time: TimeAmount, _ context: ChannelHandlerContext) {
    let time = NIODeadline.now() + time
    deadline = time
    lookAt(time, context)
  }

  /// Looks at the deadlines then, or earlier.
  private func lookAt(_ time: NIODeadline, _ context: ChannelHandlerContext) {
    if let look {
      guard time < look.time else { return }
      look.timer.cancel()
    }
    let timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: time) {
      self.look = nil
      guard let due = [self.deadline, self.stall].compactMap({ $0 }).min() else { return }
      if due <= .now() { context.close(promise: nil) } else { self.lookAt(due, context) }
    }
    look = (time, timer)
  }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
