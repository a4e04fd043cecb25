import Access
import HTTPTypes
import NIOCore
import RecordSchema

/// What changes records: by a commit, judged like any other.
struct WritingEndpoints: Sendable {
  private let surroundings: Surroundings
  /// One import after the other writes to the branch anyway; more threads would only hold more in memory.
  private let imports = BlockingWork(threads: 2, limit: 512)
  /// Who has no key is no reason for those with one to wait, or to be turned away.
  private let signed = BlockingWork(threads: 1, limit: 64)
  private let subscriptions = BlockingWork(threads: 1, limit: 64)

  init(_ surroundings: Surroundings) { self.surroundings = surroundings }

  var all: [Operation] { [newHires, hire, webhooks] }

  // MARK: New hires

  private static let source = Parameter.text(
    "source", "The system that hands over, where the body does not say so.", limit: 64)

  private static let importTypes = ["application/json", "application/x-ndjson", "text/csv"]

  private var newHires: Operation {
    Operation(
      id: "importNewHires", tag: .recruitment, method: .post, path: "/api/recruitment/import",
      alias: "/api/recruitment/import.php", summary: "Hands over somebody who was hired, or many.",
      explanation:
        "Judged by the same rules as a push. It becomes a commit on a branch for review, or, where staffrepo.yaml says so, on the branch itself. The same hire again, by Idempotency-Key or by the source's reference, changes nothing and gets the same answer. A member that nobody knows is refused, unless staffrepo.yaml has `fields` for the source: then the form is its own. A request that Greenhouse signed needs no key.",
      entrance: .scopeOrSignature(.recruitmentWrite),
      parameters: [
        Self.source,
        .flag("again", "1: who was turned down in review waits once more, though the same is said as before."),
        Parameter(
          name: "Idempotency-Key", place: .header, explanation: "The same key, the same hire: a repeat is harmless.",
          form: ["type": "string", "maxLength": 255]),
        Parameter(
          name: "Signature", place: .header, explanation: "Greenhouse's, over the body, instead of a key.",
          form: ["type": "string"]),
      ],
      body: BodyForm(
        explanation: "One new hire, an array of them, NDJSON, or CSV with a header row.",
        forms: [
          ("application/json", ["$ref": "#/components/schemas/NewHires"]), ("application/x-ndjson", ["type": "string"]),
          ("text/csv", ["type": "string"]),
        ], limit: ServerSettings.largestBody),
      answers: [
        .json(200, "A repeat: what became of it so far.", "ImportAnswer"),
        .json(201, "It is on the branch.", "ImportAnswer"), .json(202, "It waits for review.", "ImportAnswer"),
        .problem(400, "The body cannot be read."), .problem(409, "The same import is under way."),
        .problem(413, "The body is too large."), .problem(415, "The body is of a kind that is not read."),
        .problem(422, "The hire is refused; `errors` tells which fields and why.", "ImportProblem"),
        .problem(503, "Too much is waiting already."),
      ]
    ) { call in
      if let type = call.mediaType, !Self.importTypes.contains(type) {
        throw Problem.unsupportedMediaType(Self.importTypes)
      }
      var query = call.query
      let source = query.text("source", atMost: 64)
      let isAgain = query.flag("again")
      try query.finish()
      let body = try await call.body(
        atMost: call.grant == nil ? ServerSettings.largestSignedBody : ServerSettings.largestBody)
      let submission = Submission(
        body: Array(buffer: body), mediaType: call.mediaType, idempotencyKey: call.header(.idempotencyKey),
        signature: call.header(.signature), source: source, isAgain: isAgain, grant: call.grant,
        now: call.now)
      let outcome = try await (call.grant == nil ? signed : imports).run { surroundings.host.imports(submission) }
      return Self.answer(outcome)
    }
  }

  private var hire: Operation {
    Operation(
      id: "getHire", tag: .recruitment, method: .get, path: "/api/recruitment/hires/{source_reference}",
      summary: "What became of a hire that was handed over.",
      explanation:
        "By the number that the source gave it. Only hires of the key's own system, or of one that it may hand over for.",
      entrance: .scope(.recruitmentWrite),
      parameters: [
        Parameter(
          name: "source_reference", place: .path, explanation: "The source's own number of the hire.",
          form: ["type": "string", "minLength": 1], isRequired: true),
        .text("source", "The system that handed over, where it is not the key's own.", limit: 64),
      ],
      answers: [
        .json(200, "What became of it so far.", "HireConfirmation"),
        .problem(400, "A parameter cannot be used."),
        .problem(404, "The source handed over no such hire, or it was refused."),
      ]
    ) { call in
      var query = call.query
      let source = query.text("source", atMost: 64)
      try query.finish()
      let (reference, grant, now) = (call.values["source_reference"] ?? "", try call.holder(), call.now)
      return Self.answer(try await imports.run { surroundings.host.hires(reference, source, grant, now) })
    }
  }

  // MARK: Subscriptions

  private static let subscriptionLimit = 64 << 10

  private var webhooks: Operation {
    Operation(
      id: "changeSubscriptions", tag: .webhooks, method: .post, path: "/api/webhooks", alias: "/api/webhooks.php",
      summary: "Subscribes to events, lists the subscriptions made with this system's keys, or ends one.",
      explanation:
        "A subscription never sees more than its key may read. It becomes a commit; the secret is in this one answer and never again. unsubscribe wants a name, or the url of the only subscription that has it. A member that nobody knows is refused.",
      entrance: .scope(.webhooksWrite),
      parameters: [
        .choice("action", "Instead of the body's `action`.", SubscriptionWish.Action.allCases.map(\.rawValue))
      ],
      body: BodyForm(
        explanation: "What is wanted.",
        forms: [("application/json", ["$ref": "#/components/schemas/SubscriptionWish"])],
        limit: Self.subscriptionLimit),
      answers: [
        .json(200, "The list; or the subscription has ended.", "SubscriptionAnswer"),
        .json(201, "It is on the branch.", "SubscriptionAnswer"),
        .json(202, "It waits for review.", "SubscriptionAnswer"), .problem(400, "The body cannot be read."),
        .problem(404, "There is no such subscription of this system."),
        .problem(409, "There is one with this url already, and the wish gives no name.", "SubscriptionProblem"),
        .problem(413, "The body is too large."), .problem(415, "The body is not JSON."),
        .problem(422, "The subscription is refused; `errors` tells why.", "SubscriptionProblem"),
        .problem(503, "Too much is waiting already."),
      ]
    ) { call in
      if let type = call.mediaType, type != "application/json" {
        throw Problem.unsupportedMediaType(["application/json"])
      }
      let body = try await call.body(atMost: Self.subscriptionLimit)
      var query = call.query
      let action = query.choice("action", of: SubscriptionWish.Action.self)
      try query.finish()
      let wish = try SubscriptionWish(Array(buffer: body), action: action)
      let (grant, now) = (try call.holder(), call.now)
      return Self.answer(try await subscriptions.run { try surroundings.host.subscriptions(wish, grant, now) })
    }
  }

  private static func answer(_ outcome: Outcome) -> Answer {
    var answer = Answer(json: outcome.json, status: .init(code: outcome.status))
    if outcome.status >= 400 { answer.fields[.contentType] = Problem.mediaType }
    if outcome.status == 401 { answer.fields[.wwwAuthenticate] = Problem.challenge }
    for field in outcome.fields {
      if let name = HTTPField.Name(field.name) { answer.fields[name] = field.value }
    }
    return answer
  }
}
