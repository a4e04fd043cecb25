import RecordSchema

/// A fault in how records relate, told by record and field. Its line and column are looked up only when it is reported,
/// so that rules work on a hundred thousand records without keeping a place for every value.
public struct Finding: Sendable {
  let rule: Rule
  let file: String
  let field: FieldPath
  let subject: String?
  let message: String
  let help: String?
  /// What to write instead, when it is likely enough.
  let replacement: String?

  init(
    _ rule: Rule, file: String, at field: FieldPath, subject: String?, _ message: String, help: String? = nil,
    replacement: String? = nil
  ) {
    self.rule = rule
    self.file = file
    self.field = field
    self.subject = subject
    self.message = message
    self.help = help
    self.replacement = replacement
  }
}

/// A rule about how records relate to each other and to the files beside them. One rule a file.
public protocol RelationRule: Sendable {
  static var rule: Rule { get }
  static func check(_ index: RecordIndex) -> [Finding]
}
