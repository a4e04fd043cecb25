import RecordSchema

/// The problems that any request may meet.
extension Problem {
  /// Unknown, expired, revoked, mistyped or not there: the answer does not tell which.
  static let unauthorised = Problem(
    401, "unauthorised", title: "This needs a key that is good",
    detail:
      "Send a key as 'Authorization: Bearer stf_...' or 'X-API-Key: stf_...'. A key that is expired, revoked or mistyped is refused alike; 'staffrepo apikey list' shows which are good.",
    fields: ["WWW-Authenticate": challenge])

  static let challenge = #"Bearer realm="staffrepo""#

  static func forbidden(_ scope: String) -> Problem {
    Problem(
      403, "forbidden", title: "The key may not do this",
      detail: "It wants the scope \(scope). GET /api/key tells what the key may do.",
      more: [.init("scope", .string(scope))])
  }

  static let notFound = Problem(
    404, "not-found", title: "There is nothing here", detail: "/openapi.json lists what there is.")

  /// The record is unknown, or out of the key's sight: the answer does not tell which.
  static func unknown(_ what: String) -> Problem {
    Problem(404, "not-found", title: "There is no such \(what)", detail: "Or none that this key may see.")
  }

  static func notAllowed(_ allowed: String) -> Problem {
    Problem(
      405, "method-not-allowed", title: "The method is not for this address", detail: "It takes \(allowed).",
      fields: ["Allow": allowed])
  }

  static func notAcceptable(_ offered: [String]) -> Problem {
    Problem(
      406, "not-acceptable", title: "There is no such form of this",
      detail: "It comes as \(offered.joined(separator: ", ")).",
      more: [.init("offered", .array(offered.map(JSON.string)))])
  }

  static func tooLarge(_ limit: Int) -> Problem {
    Problem(413, "too-large", title: "The body is too large", detail: "It may have \(limit) bytes. Send it in parts.")
  }

  static func unsupportedMediaType(_ taken: [String]) -> Problem {
    Problem(
      415, "unsupported-media-type", title: "A body of this kind is not read",
      detail: "Send one of \(taken.joined(separator: ", ")), and say so in Content-Type.")
  }

  static let unreadable = Problem(
    400, "unreadable", title: "The request cannot be read",
    detail: "It is not HTTP/1.1, or its header is larger than \(2 * ServerSettings.headerBytes) bytes.")

  /// What a retry meets some seconds later.
  static func unavailable(_ detail: String, retryAfter seconds: Int) -> Problem {
    Problem(
      503, "not-ready", title: "The records are not there yet", detail: detail, fields: ["Retry-After": "\(seconds)"])
  }

  static let notYet = unavailable(
    "The branch is being read. GET /readyz tells when it is done, or what is wrong.", retryAfter: 2)

  static let failed = Problem(
    500, "internal", title: "Something went wrong here", detail: "The log says more under this request's id.")

  /// - Parameter errors: what is wrong with each parameter.
  static func parameters(_ errors: [(parameter: String, message: String)]) -> Problem {
    Problem(
      400, "bad-parameter", title: "A parameter cannot be used", detail: errors.map(\.message).joined(separator: " "),
      more: [
        .init(
          "errors",
          .array(errors.map { ["parameter": .string($0.parameter), "message": .string($0.message)] }))
      ])
  }
}
