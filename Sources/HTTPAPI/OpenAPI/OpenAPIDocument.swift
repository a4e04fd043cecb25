import Access
import HTTPTypes
import RecordSchema

/// The API as OpenAPI 3.1 tells it, made from the operations that answer.
public struct OpenAPIDocument: Sendable {
  private let operations: [Operation]
  private let forms: RecordForms

  init(_ operations: [Operation], _ forms: RecordForms) {
    self.operations = operations
    self.forms = forms
  }

  /// The document of the API as it is.
  public static func standard(_ forms: RecordForms) -> JSON {
    OpenAPIDocument(Endpoints(Surroundings(forms: forms)).all, forms).json
  }

  var json: JSON {
    [
      "openapi": "3.1.0",
      "info": [
        "title": "staffrepo", "version": "1",
        "summary": "An organisation's staff records, as the branch says.",
        "description":
          "Everything is read from memory, as of one commit and one day, which every answer names. Everything is written by commits, under the same rules as a push. A consumer polls with If-None-Match or updated_since, and checks its copy by meta.digest.",
        "license": ["name": "MIT", "identifier": "MIT"],
      ],
      "servers": [["url": "/"]],
      "security": [["bearer": []], ["header": []]],
      "tags": .array(Operation.Tag.allCases.map { ["name": .string($0.rawValue)] }),
      "paths": .object(paths),
      "components": [
        "schemas": .object(DocumentSchemas(forms: forms).all), "headers": .object(headers),
        "securitySchemes": [
          "bearer": ["type": "http", "scheme": "bearer", "description": "A key, stf_ and 36 characters."],
          "header": ["type": "apiKey", "in": "header", "name": "X-API-Key"],
        ],
      ],
    ]
  }

  private var paths: [JSON.Member] {
    var paths: [JSON.Member] = []
    for operation in operations {
      for pattern in [operation.path, operation.alias].compactMap(\.self) {
        let isAlias = pattern.text != operation.path.text
        var methods = [JSON.Member(operation.method.rawValue.lowercased(), write(operation, isAlias: isAlias))]
        if operation.method == .get { methods.append(.init("head", write(operation, isAlias: isAlias, isHead: true))) }
        paths.append(.init(pattern.text, .object(methods)))
      }
    }
    return paths
  }

  private func write(_ operation: Operation, isAlias: Bool, isHead: Bool = false) -> JSON {
    var members: [JSON.Member] = [
      .init("operationId", .string(operation.id + (isAlias ? "Alias" : "") + (isHead ? "Head" : ""))),
      .init("tags", [.string(operation.tag.rawValue)]),
      .init("summary", .string(isHead ? "The header of the same request by GET." : operation.summary)),
    ]
    let explanation = [
      isAlias ? "As consumers of the time before call it." : nil, isHead ? nil : operation.explanation,
    ]
    let text = explanation.compactMap(\.self).joined(separator: " ")
    if !text.isEmpty { members.append(.init("description", .string(text))) }
    if case .open = operation.entrance { members.append(.init("security", [])) }
    if case .scopeOrSignature = operation.entrance {
      members.append(.init("security", [["bearer": []], ["header": []], [:]]))
    }
    if let scope = operation.entrance.scope { members.append(.init("x-staffrepo-scope", .string(scope.rawValue))) }
    if !operation.parameters.isEmpty { members.append(.init("parameters", .array(operation.parameters.map(write)))) }
    if let body = operation.body {
      members.append(
        .init(
          "requestBody",
          [
            "required": true, "description": .string(body.explanation),
            "content": .object(body.forms.map { .init($0.type, ["schema": $0.form]) }),
          ]))
    }
    let answers = (operation.answers + common(operation)).sorted { $0.status < $1.status }
    members.append(
      .init("responses", .object(answers.map { .init("\($0.status)", write($0, operation, isHead: isHead)) })))
    return .object(members)
  }

  private func write(_ parameter: Parameter) -> JSON {
    [
      "name": .string(parameter.name), "in": .string(parameter.place.rawValue), "required": .bool(parameter.isRequired),
      "description": .string(parameter.explanation), "schema": parameter.form,
    ]
  }

  /// What any operation of its kind may answer.
  private func common(_ operation: Operation) -> [AnswerForm] {
    if case .open = operation.entrance { return [] }
    var unauthorised = AnswerForm.problem(401, "There is no key, or none that is good.")
    unauthorised.fields = ["WWW-Authenticate"]
    var answers = [
      unauthorised, .problem(429, "The quota is used up, or there were too many requests without a good key."),
    ]
    if operation.entrance.scope != nil { answers.append(.problem(403, "The key may not do this.")) }
    answers.append(.problem(503, "The records are not there yet, or too much is waiting."))
    if !operation.parameters.filter({ $0.place == .query }).isEmpty {
      answers.append(.problem(400, "A parameter cannot be used."))
    }
    let given = Set(operation.answers.map(\.status))
    return answers.filter { !given.contains($0.status) }
  }

  private func write(_ answer: AnswerForm, _ operation: Operation, isHead: Bool) -> JSON {
    var fields = answer.fields + ["X-Request-Id"]
    if case .open = operation.entrance {} else if answer.status != 401 { fields += ["RateLimit-Policy", "RateLimit"] }
    var members: [JSON.Member] = [
      .init("description", .string(answer.explanation)),
      .init(
        "headers", .object(fields.map { .init($0, ["$ref": .string("#/components/headers/\($0)")]) })),
    ]
    if !isHead, !answer.forms.isEmpty {
      members.append(.init("content", .object(answer.forms.map { .init($0.type, ["schema": $0.form]) })))
    }
    return .object(members)
  }

  private var headers: [JSON.Member] {
    HeaderForms.all.map { .init($0.name, ["description": .string($0.explanation), "schema": $0.form]) }
  }
}
