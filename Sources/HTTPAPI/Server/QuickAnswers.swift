import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Answers on the thread that reads what memory has an answer for. To have another thread woken for it would cost several
/// times the answer.
///
/// Such an answer is written as it goes over the wire, past all that would encode it anew each time. Whatever is not in
/// memory goes on to the tasks that answer all else, and until these have answered so does what comes after it: answers keep
/// the order of requests.
final class QuickAnswers: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart

  private let find: (RequestTerms) -> WireAnswer?
  private let connection: ConnectionGuard
  /// From where what is written goes out as it is.
  private var wire: ChannelHandlerContext?
  private var ready: WireAnswer?

  /// - Parameter connection: stands before this one, knows what is under way, and is told of answers that do not come by it.
  /// - Parameter find: the answer that memory has.
  init(_ connection: ConnectionGuard, _ find: @escaping (RequestTerms) -> WireAnswer?) {
    self.connection = connection
    self.find = find
  }

  func handlerAdded(context: ChannelHandlerContext) {
    wire = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
  }

  func handlerRemoved(context: ChannelHandlerContext) { wire = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      let terms = RequestTerms(head)
      // What is not taken by the reader piles up in no one's memory but ours.
      if terms.isPlain, !connection.hasOthersUnderWay, wire != nil, context.channel.isWritable, let found = find(terms)
      {
        ready = found
        return
      }
    case .body:
      break
    case .end:
      if let ready, let wire {
        self.ready = nil
        return write(ready, to: wire)
      }
    }
    context.fireChannelRead(data)
  }

  private func write(_ answer: WireAnswer, to wire: ChannelHandlerContext) {
    let written = wire.eventLoop.makePromise(of: Void.self)
    if let body = answer.body {
      wire.write(NIOAny(answer.head), promise: nil)
      wire.writeAndFlush(NIOAny(body), promise: written)
    } else {
      wire.writeAndFlush(NIOAny(answer.head), promise: written)
    }
    connection.answered(written.futureResult)
  }
}

@available(*, unavailable)
extension QuickAnswers: Sendable {}
