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
  /// What would help, to be looked for among all records when the finding is reported: a finding is kept as long as its
  /// own files stay as they are, so it holds nothing that others decide.
  let wish: Wish?
  /// What the value says after a safe fix.
  let rewriting: String?
  /// The place, of findings that are about no value of a record.
  let range: SourceRange?

  enum Wish: Sendable, Equatable {
    case spelling(Spelling)
    /// The next free id of a person.
    case nextID
    /// An image that is there under another path, folder or ending.
    case image(String)
  }

  /// A word that nothing is called by.
  struct Spelling: Sendable, Equatable {
    let word: String
    let family: RecordKey.Family
    /// Not this one, however alike they look.
    var excluding: String?
  }

  init(
    _ rule: Rule, file: String, at field: FieldPath, subject: String?, _ message: String, help: String? = nil,
    wish: Wish? = nil, rewriting: String? = nil, range: SourceRange? = nil
  ) {
    self.rule = rule
    self.file = file
    self.field = field
    self.subject = subject
    self.message = message
    self.help = help
    self.wish = wish
    self.rewriting = rewriting
    self.range = range
  }
}
