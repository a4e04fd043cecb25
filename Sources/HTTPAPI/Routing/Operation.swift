import Access
import HTTPTypes
import RecordSchema

/// One thing that the API does: where, for whom, what it takes, what it answers, and how.
///
/// The router and the OpenAPI document are both made from this, so they cannot differ.
struct Operation: Sendable {
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
  var alias: PathPattern?
  let summary: String
  var explanation: String?
  var entrance = Entrance.key
  var parameters: [Parameter] = []
  var body: BodyForm?
  let answers: [AnswerForm]
  /// Its answer follows from the records, the key and the address alone, so it is kept until the records change.
  var isKept = false
  let run: @Sendable (Call) async throws -> Answer

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
