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
  /// Where it stands in the connection.
  private var place: ChannelHandlerContext?
  /// When the connection ends, unless what is waited for is there by then; `nil`: nothing is.
  private var deadline: NIODeadline?
  private var stall: NIODeadline?
  /// The next look at these. There is one at most, and it is left alone when a deadline moves: a timer for each request would
  /// cost more than many an answer.
  private var look: (time: NIODeadline, timer: Scheduled<Void>)?
  private var bodyBytes = 0
  private var isReadingRequest = false
  /// Requests that came and are not answered yet; one that is being worked on may take its time.
  private var underWay = 0
  /// The answer that is going out says `Connection: close`.
  private var closesAfterAnswer = false
  /// That answer was the last: what still comes is heard by nobody.
  private var isOver = false
  /// When the last answer is with the network.
  private var lastAnswer: EventLoopFuture<Void>?
  /// Every answer of ours bears an id; one without is what the framework says to a request that it could not parse.
  private var parseFailure: HTTPResponse?

  init(_ settings: ServerSettings) { self.settings = settings }

  func handlerAdded(context: ChannelHandlerContext) {
    place = context
    expect(settings.headTimeout)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    place = nil
    look?.timer.cancel()
    look = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    if isOver {
      if case .end = part { closeAfterAnswer(context) }
      return
    }
    switch part {
    case .head:
      underWay += 1
      (isReadingRequest, bodyBytes) = (true, 0)
      expect(settings.bodyTimeout)
    case .body(let buffer):
      bodyBytes += buffer.readableBytes
      // The endpoint answers at its own limit; whoever goes on sending after that is not listened to.
      if bodyBytes > ServerSettings.largestBody + 1 << 20 { return context.close(promise: nil) }
    case .end:
      isReadingRequest = false
      if underWay == 0 { expect(settings.headTimeout) } else { deadline = nil }
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
      let written = promise ?? context.eventLoop.makePromise(of: Void.self)
      context.write(data, promise: written)
      answered(written.futureResult)
      if closesAfterAnswer {
        isOver = true
        // Closing while the client still sends would take the answer away from it, so what it sends is heard a little longer.
        if isReadingRequest { expect(.seconds(5)) } else { closeAfterAnswer(context) }
      }
    case .head, .body:
      context.write(data, promise: promise)
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    stall = nil
    if !context.channel.isWritable {
      let time = NIODeadline.now() + settings.stallTimeout
      stall = time
      lookAt(time)
    }
    context.fireChannelWritabilityChanged()
  }

  /// Whether the newest request has to wait until others have their answers.
  var hasOthersUnderWay: Bool { underWay > 1 }

  /// The whole of an answer went on its way, by here or past here.
  ///
  /// - Parameter written: when it is with the network.
  func answered(_ written: EventLoopFuture<Void>) {
    lastAnswer = written
    underWay = max(0, underWay - 1)
    if underWay == 0, !isReadingRequest { expect(settings.headTimeout) }
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

  /// Whoever else ends the connection, when the server is to end above all, waits for the answer as well.
  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard mode == .all else { return context.close(mode: mode, promise: promise) }
    closeAfterAnswer(context, promise)
  }

  /// Not before the whole answer went out: what a slow reader has not taken yet would be lost. A reader who takes nothing is
  /// given up like any other.
  private func closeAfterAnswer(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>? = nil) {
    context.flush()
    guard let lastAnswer else { return context.close(promise: promise) }
    lastAnswer.assumeIsolated().whenComplete { _ in context.close(promise: promise) }
  }

  /// Ends the connection unless the request is there by then.
  private func expect(_ time: TimeAmount) {
    let time = NIODeadline.now() + time
    deadline = time
    lookAt(time)
  }

  /// Looks at the deadlines then, or earlier.
  private func lookAt(_ time: NIODeadline) {
    guard let place else { return }
    if let look {
      guard time < look.time else { return }
      look.timer.cancel()
    }
    let timer = place.eventLoop.assumeIsolated().scheduleTask(deadline: time) {
      self.look = nil
      guard let due = [self.deadline, self.stall].compactMap({ $0 }).min() else { return }
      if due <= .now() { self.place?.close(promise: nil) } else { self.lookAt(due) }
    }
    look = (time, timer)
  }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
