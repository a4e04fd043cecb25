import Catalogue
import RecordSchema

/// A fault, told by record and field. Its line and column are looked up only when it is reported, so that rules work on a
/// hundred thousand records without keeping a place for every value.
public struct Finding: Sendable, Equatable {
  let rule: Rule
  let file: String
  let field: FieldPath
  let subject: String?
  let message: String
  let help: String?
  /// What was probably meant, to be looked for among all records when the finding is reported.
  let wish: Spelling?

  /// A word that nothing is called by.
  struct Spelling: Sendable, Equatable {
    let word: String
    let family: RecordKey.Family
    /// Not this one, however alike they look.
    var excluding: String?
  }

  init(
    _ rule: Rule, file: String, at field: FieldPath, subject: String?, _ message: String, help: String? = nil,
    wish: Spelling? = nil
  ) {
    self.rule = rule
    self.file = file
    self.field = field
    self.subject = subject
    self.message = message
    self.help = help
    self.wish = wish
  }
}
