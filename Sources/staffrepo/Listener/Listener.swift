import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Publishers
import RecordSchema

/// A webhook receiver as a consumer should write one: it checks the signature over the raw body and the age of the
/// timestamp before it believes anything, and knows an event that comes again by its id.
struct Listener {
  enum Failure {
    case status(Int)
    case timeout

    init(_ text: String) { self = Int(text).map(Failure.status) ?? .timeout }
  }

  let bind: String
  let port: Int
  let secrets: [WebhookVerifier]
  let failure: Failure?
  let limit: Int?
  let printsJSON: Bool

  /// Seconds that a timestamp may be off, either way.
  static let tolerance: Int64 = 300

  func run() async throws {
    let seen = Seen(limit: limit)
    let router = Router()
    router.post("**") { request, _ in try await receive(request, seen) }
    router.get("healthz") { _, _ in Response(status: .ok) }
    var logger = Logger(label: "listen")
    logger.logLevel = .error
    let application = Application(
      router: router, configuration: .init(address: .hostname(bind, port: port), serverName: nil),
      onServerRunning: { channel in
        Terminal.message("listening on http://\(bind):\(channel.localAddress?.port ?? port) (end with Ctrl-C)")
      }, logger: logger)
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await application.runService(gracefulShutdownSignals: []) }
        group.addTask { await seen.waitUntilFull() }
        defer { group.cancelAll() }
        try await group.next()
      }
    } catch let error as IOError {
      throw EnvironmentError(
        "Nothing can listen on \(bind):\(port) (\(error)). Is the port taken? Choose another with --port")
    }
  }

  private func receive(_ request: Request, _ seen: Seen) async throws -> Response {
    let body = Array(buffer: try await request.body.collect(upTo: 1 << 20))
    let id = request.headers[.init("webhook-id")!] ?? ""
    let timestamp = request.headers[.init("webhook-timestamp")!].flatMap { Int64($0) }
    let signature = request.headers[.init("webhook-signature")!] ?? ""
    let problem = verify(id: id, timestamp: timestamp, signature: signature, body: body)
    let isRepeated = await seen.note("\(request.uri.path) \(id)")
    if case .timeout = failure { try await Task.sleep(for: .seconds(600)) }
    let status = status(problem)
    show(request, body: body, id: id, problem: problem, isRepeated: isRepeated, status: status)
    await seen.answered()
    return Response(status: .init(code: status))
  }

  private func status(_ problem: String?) -> Int {
    if case .status(let code) = failure { return code }
    return problem == nil ? 204 : 401
  }

  /// What speaks against an event; `nil` when it is genuine, or nobody knows a secret.
  private func verify(id: String, timestamp: Int64?, signature: String, body: [UInt8]) -> String? {
    guard !secrets.isEmpty else { return nil }
    guard let timestamp, !id.isEmpty, !signature.isEmpty else { return "it is not signed" }
    guard abs(timestamp - Clock.now().seconds) <= Self.tolerance else { return "its timestamp is too old or too new" }
    let isGenuine = secrets.contains { $0.verifies(header: signature, id: id, timestamp: timestamp, body: body) }
    return isGenuine ? nil : "its signature is not ours"
  }

  private func show(
    _ request: Request, body: [UInt8], id: String, problem: String?, isRepeated: Bool, status: Int
  ) {
    let path = request.uri.path
    if printsJSON {
      let head: JSON = [
        "path": .string(path), "id": .string(id), "status": .int(status),
        "verified": secrets.isEmpty ? .null : .bool(problem == nil), "repeated": .bool(isRepeated),
        "body": .string(String(decoding: body, as: UTF8.self)),
      ]
      Terminal.print(head.text)
    } else {
      let event = ReceivedEvent(body)
      let verdict =
        problem.map { Terminal.styled("REFUSED, \($0)", .red) }
        ?? (secrets.isEmpty ? "not checked" : Terminal.styled("verified", .green))
      let again = isRepeated ? ", again" : ""
      Terminal.print("\(path)  \(event.summary)  \(verdict)\(again)  \(status)")
    }
    Terminal.flush()
  }
}

/// The ids that came, and how many requests.
private actor Seen {
  private var ids: Set<String> = []
  private var answers = 0
  private let limit: Int?
  private var waiter: CheckedContinuation<Void, Never>?

  init(limit: Int?) { self.limit = limit }

  /// Whether the id came before.
  func note(_ id: String) -> Bool { !ids.insert(id).inserted }

  func answered() {
    answers += 1
    if let limit, answers >= limit {
      waiter?.resume()
      waiter = nil
    }
  }

  private func stopWaiting() {
    waiter?.resume()
    waiter = nil
  }

  func waitUntilFull() async {
    guard limit.map({ answers < $0 }) ?? true, !Task.isCancelled else { return }
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiter = $0 }
    } onCancel: {
      Task { await self.stopWaiting() }
    }
    // The last answer is still on its way out.
    try? await Task.sleep(for: .milliseconds(200))
  }
}
