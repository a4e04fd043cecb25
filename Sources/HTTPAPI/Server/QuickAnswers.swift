import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Answers on the thread that reads what memory has an answer for. To have another thread woken for it would cost several
/// times the answer.
///
/// Whatever is not in memory goes on to the tasks that answer all else, and until these have answered so does what comes
/// after it: answers keep the order of requests.
final class QuickAnswers: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// What goes out as it is.
  typealias Ready = (head: HTTPResponse, body: ByteBuffer?)

  private let find: (HTTPRequest, any Channel) -> Ready?
  private var ready: Ready?
  /// How many requests went on and are not answered yet.
  private var underWay = 0

  /// - Parameter find: the answer that memory has; only ever asked for requests without a body.
  init(_ find: @escaping (HTTPRequest, any Channel) -> Ready?) { self.find = find }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      // What is not taken by the reader piles up in no one's memory but ours.
      if underWay == 0, context.channel.isWritable, Self.isPlain(head), let found = find(head, context.channel) {
        ready = found
        return
      }
      underWay += 1
    case .body:
      break
    case .end:
      if let ready {
        self.ready = nil
        return answer(ready, context)
      }
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) { underWay -= 1 }
    context.write(data, promise: promise)
  }

  private func answer(_ ready: Ready, _ context: ChannelHandlerContext) {
    context.write(wrapOutboundOut(.head(ready.head)), promise: nil)
    if let body = ready.body { context.write(wrapOutboundOut(.body(body)), promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  /// It has no body, and asks for nothing of the connection.
  private static func isPlain(_ head: HTTPRequest) -> Bool {
    guard head.method == .get || head.method == .head else { return false }
    return !head.headerFields.contains { field in
      switch field.name {
      case .contentLength, .transferEncoding, .connection, .expect, .upgrade: true
      default: false
      }
    }
  }
}

@available(*, unavailable)
extension QuickAnswers: Sendable {}
