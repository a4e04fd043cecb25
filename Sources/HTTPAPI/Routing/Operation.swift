import Access
import HTTPTypes
import RecordSchema

/// One thing that the API does: where, for whom, what it takes, what it answers, and how.
///
/// The router and the OpenAPI document are both made from this, so they cannot differ. One object, since every request takes it
/// in hand.
final class Operation: Sendable {
  enum Entrance: Sendable {
    /// Nobody is asked who they are.
    case open
    /// Any good key.
    case key
    case scope(Grant.Scope)
    /// A key with the scope, or a signature in the header that the operation itself verifies.
    case scopeOrSignature(Grant.Scope)

    var scope: Grant.Scope? {
      switch self {
      case .open, .key: nil
      case .scope(let scope), .scopeOrSignature(let scope): scope
      }
    }
  }

  /// As programs made from the document call it.
  let id: String
  let tag: Tag
  let method: HTTPRequest.Method
  let path: PathPattern
  /// The address that consumers of the time before call. What it does not know there it leaves alone.
  let alias: PathPattern?
  let summary: String
  let explanation: String?
  let entrance: Entrance
  let parameters: [Parameter]
  let body: BodyForm?
  let answers: [AnswerForm]
  /// Its answer follows from the records, the key and the address alone, so it is kept until the records change.
  let isKept: Bool
  let run: @Sendable (Call) async throws -> Answer

  init(
    id: String, tag: Tag, method: HTTPRequest.Method, path: PathPattern, alias: PathPattern? = nil, summary: String,
    explanation: String? = nil, entrance: Entrance = .key, parameters: [Parameter] = [], body: BodyForm? = nil,
    answers: [AnswerForm], isKept: Bool = false, run: @escaping @Sendable (Call) async throws -> Answer
  ) {
    (self.id, self.tag, self.method, self.path, self.alias) = (id, tag, method, path, alias)
    (self.summary, self.explanation, self.entrance) = (summary, explanation, entrance)
    (self.parameters, self.body, self.answers, self.isKept, self.run) = (parameters, body, answers, isKept, run)
  }

  enum Tag: String, CaseIterable, Sendable {
    case staff, units, exports, recruitment, webhooks, operating
  }
}

/// What a parameter may be.
struct Parameter: Sendable {
  enum Place: String, Sendable {
    case query, header, path
  }

  let name: String
  var place = Place.query
  let explanation: String
  let form: JSON
  var isRequired = false
}

/// What a request's body may be, by media type.
struct BodyForm: Sendable {
  let explanation: String
  let forms: [(type: String, form: JSON)]
  let limit: Int
}

/// One status that an operation answers with.
struct AnswerForm: Sendable {
  let status: Int
  let explanation: String
  /// By media type; none: there is no body.
  var forms: [(type: String, form: JSON)] = []
  /// Names of header fields that `HeaderForms` knows.
  var fields: [String] = []
}
