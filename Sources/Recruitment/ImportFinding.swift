import RecordSchema

/// What is wrong with a hire, or worth a look, at the field that says it.
public struct ImportFinding: Sendable, Equatable {
  /// The rule, such as `P004`.
  public var code: String
  public var rule: String
  /// Where the value stands in what was sent: a JSON pointer, or the name of a column.
  public var field: String?
  /// Of a table's cell.
  public var line: Int?
  public var column: Int?
  public var message: String
  public var help: String?

  public init(_ rule: Rule, _ message: String, field: String? = nil, help: String? = nil) {
    self.init(code: rule.code, rule: rule.name, field: field, message: message, help: help ?? rule.help)
  }

  public init(code: String, rule: String, field: String? = nil, message: String, help: String? = nil) {
    self.code = code
    self.rule = rule
    self.field = field
    self.message = message
    self.help = help
  }

  /// As one of several lines.
  func on(line: Int) -> ImportFinding {
    var finding = self
    finding.line = line
    return finding
  }

  public var json: JSON {
    .compact([
      "code": .string(code), "rule": .string(rule), "pointer": field.map(JSON.string),
      "line": line.map(JSON.int), "column": column.map(JSON.int), "message": .string(message),
      "help": help.map(JSON.string),
    ])
  }
}
