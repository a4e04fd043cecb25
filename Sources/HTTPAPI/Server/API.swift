import Access
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import RecordSchema
import Roster

/// Answers requests: finds the operation, asks for the key, counts, and says what came of it.
public final class API: Sendable {
  private let surroundings: Surroundings
  private let table: RouteTable
  private let gate: Gate
  private let tally: Tally
  private let journal: RequestJournal
  private let ids = RequestIDs()
  private let dates = DateLine()

  /// - Parameter settings: how the server listens: who asks is told from the connection, or by the proxy before it.
  public init(_ surroundings: Surroundings, _ settings: ServerSettings, logger: Logger) {
    self.surroundings = surroundings
    table = RouteTable(Endpoints(surroundings).all)
    gate = Gate(surroundings, isBehindProxy: settings.isBehindProxy)
    tally = surroundings.tally
    journal = RequestJournal(logger, logsEverything: settings.logsEveryRequest)
    tally.begin(table.operations.map { (method: $0.method.rawValue, route: $0.path.text) })
  }

  /// A request on its way to its answer.
  private struct Passage {
    let method: HTTPRequest.Method
    let now: Instant
    let started = ContinuousClock.now
    var operation: Int?
    var grant: Grant?
    /// What is told of the key's quotas, whatever the answer.
    var rate: HTTPFields = [:]
  }

  func respond(to request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
    var passage = Passage(method: request.method, now: surroundings.clock())
    let id = ids.next()
    var answer: Answer
    do {
      if request.method == .post, request.headers[.expect] == "100-continue" {
        try await writer.writeInformationalHead(HTTPResponse(status: .continue))
      }
      answer = try await self.answer(request, &passage, channel)
    } catch let problem as Problem {
      answer = Answer(problem)
    } catch let choices as Choices {
      answer = Answer(.noContent, [.allow: choices.allowed])
    } catch {
      // Whoever sends what is not HTTP, or hangs up, gets no answer of ours.
      if error is HTTPParserError || error is ChannelError || error is IOError { throw error }
      journal.fail(error, id: id)
      answer = Answer(.failed)
    }
    // What comes of a body that nobody read would be taken for the next request.
    if answer.status.code >= 400, Self.hasBody(request) { answer.fields[.connection] = "close" }
    answer.fields.append(contentsOf: finish(answer.status, passage, id: id))
    try await Self.write(answer, to: request, writer)
  }

  /// Counts an answer.
  ///
  /// - Returns: what every answer says.
  private func finish(_ status: HTTPResponse.Status, _ passage: Passage, id: String) -> HTTPFields {
    let duration = ContinuousClock.now - passage.started
    tally.count(passage.operation, by: passage.grant?.key, status: status.code, duration)
    journal.note(
      passage.method.rawValue, passage.operation.map { table.operations[$0].path.text }, status.code,
      passage.grant, id: id, duration)
    var fields = passage.rate
    fields.append(HTTPField(name: .requestID, value: id))
    fields.append(HTTPField(name: .date, value: dates.text(passage.now)))
    return fields
  }

  /// What memory has for a request; `nil`: its answer has to be made.
  func answerFromMemory(_ terms: RequestTerms) -> WireAnswer? {
    var passage = Passage(method: terms.method, now: surroundings.clock())
    guard case .found(let index, _) = table.match(terms.method, Self.split(terms.target).path),
      table.operations[index].isKept, let state = surroundings.present.snapshot,
      let grant = gate.holder(of: terms, state, at: passage.now),
      var answer = state.kept[KeptAnswers.Key(terms, grant)]?.wireAnswer(unless: terms.known),
      // Larger ones go out in pieces, as the reader takes them.
      answer.body?.readableBytes ?? 0 <= ResponseBody.pieceSize
    else { return nil }
    (passage.operation, passage.grant) = (index, grant)
    do {
      try gate.count(grant, for: table.operations[index], at: passage.now, &passage.rate)
    } catch let problem as Problem {
      answer = Answer(problem).wireAnswer
    } catch {
      return nil
    }
    answer.end(with: finish(answer.status, passage, id: ids.next()))
    if terms.method == .head { answer.body = nil }
    return answer
  }

  private func answer(_ request: Request, _ passage: inout Passage, _ channel: any Channel) async throws -> Answer {
    let terms = RequestTerms(request.head)
    let (path, query) = Self.split(terms.target)
    switch table.match(request.method, path) {
    case .unknown: throw Problem.notFound
    case .otherMethod(let allowed):
      if request.method == .options { throw Choices(allowed: allowed) }
      throw Problem.notAllowed(allowed)
    case .found(let index, let values):
      passage.operation = index
      let operation = table.operations[index]
      let state = surroundings.present.snapshot
      passage.grant = try gate.admit(
        request, terms, to: operation, state, from: channel, at: passage.now, &passage.rate)
      let answer = try await run(
        Call(
          request: request, operation: operation, values: values, queryText: query, isAlias: path.hasSuffix(".php"),
          grant: passage.grant, state: state, now: passage.now), terms)
      // A signature that an operation found false is a failure like a key that is none.
      if answer.status == .unauthorized, case let failure = gate.failure(of: request, from: channel, at: passage.now),
        failure.status == 429
      {
        throw failure
      }
      return answer
    }
  }

  /// From memory, where the same was answered before.
  private func run(_ call: Call, _ terms: RequestTerms) async throws -> Answer {
    guard call.operation.isKept, let state = call.state, let grant = call.grant else {
      return try await call.operation.run(call)
    }
    let key = KeptAnswers.Key(terms, grant)
    if let answer = state.kept[key]?.answer(unless: terms.known) { return answer }
    let answer = try await call.operation.run(call)
    // What differs since then is told as of the newest records, which may be newer than these.
    if answer.fields[.commit] == state.roster.commit, let kept = KeptAnswer(answer) { state.kept.keep(kept, as: key) }
    return answer
  }

  /// The answer to OPTIONS.
  private struct Choices: Error {
    let allowed: String
  }

  private static func split(_ target: String) -> (path: Substring, query: Substring) {
    let end = target.utf8.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? target.endIndex
    return (target[..<end], end == target.endIndex ? "" : target[target.utf8.index(after: end)...])
  }

  private static func hasBody(_ request: Request) -> Bool {
    request.headers[.contentLength].map { $0 != "0" } ?? (request.headers[.transferEncoding] != nil)
  }

  private static func write(_ answer: Answer, to request: Request, _ writer: consuming ResponseWriter) async throws {
    var fields = answer.fields
    let isBodiless = answer.status == .notModified || answer.status == .noContent
    let body = isBodiless ? ResponseBody() : answer.responseBody
    if !isBodiless, fields[.contentLength] == nil, let length = body.contentLength {
      fields[.contentLength] = String(length)
    }
    // NIO ends the head of an answer without a length as if pieces of a body came after it: that end would be taken for the
    // next answer.
    if request.method == .head, !isBodiless, fields[.contentLength] == nil { fields[.connection] = "close" }
    try await writer.write(
      response: HTTPResponse(status: answer.status, headerFields: fields),
      body: request.method == .head ? ResponseBody() : body)
  }
}
