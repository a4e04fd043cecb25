/// One finding about the data: what is wrong, where, and how to mend it.
public struct Diagnostic: Sendable, Equatable {
  public var rule: Rule
  public var severity: Severity
  public var message: String
  /// The path in the repository.
  public var file: String
  public var range: SourceRange
  /// The employee reference, unit code or name that the finding is about.
  public var subject: String?
  public var help: String?
  public var fix: Fix?

  public init(
    _ rule: Rule, _ message: String, file: String, range: SourceRange, subject: String? = nil,
    severity: Severity? = nil, help: String? = nil, fix: Fix? = nil
  ) {
    self.rule = rule
    self.severity = severity ?? rule.severity
    self.message = message
    self.file = file
    self.range = range
    self.subject = subject
    self.help = help ?? rule.help
    self.fix = fix
  }

  public enum Severity: String, Sendable {
    case error, warning
  }

  /// A change of the file that mends the finding.
  public struct Fix: Sendable, Equatable {
    public var title: String
    public var edits: [Edit]
    /// The record means the same after it, as far as it meant anything: `validate --fix` makes it without asking. The
    /// others are proposals, of which a person knows whether they are meant.
    public var isSafe: Bool

    public init(title: String, edits: [Edit], isSafe: Bool = false) {
      self.title = title
      self.edits = edits
      self.isSafe = isSafe
    }
  }

  public struct Edit: Sendable, Equatable {
    public var range: SourceRange
    public var text: String

    public init(range: SourceRange, text: String) {
      self.range = range
      self.text = text
    }
  }
}

/// A place in a file: lines and columns from 1, columns in Unicode scalars.
public struct SourcePosition: Sendable, Hashable, Comparable {
  // Every value that is read has two of these, so they are kept small; files have at most 64 KiB.
  private var storedLine: UInt32
  private var storedColumn: UInt32

  public init(line: Int, column: Int) {
    storedLine = UInt32(clamping: line)
    storedColumn = UInt32(clamping: column)
  }

  public var line: Int {
    get { Int(storedLine) }
    set { storedLine = UInt32(clamping: newValue) }
  }

  public var column: Int {
    get { Int(storedColumn) }
    set { storedColumn = UInt32(clamping: newValue) }
  }

  public static func < (left: SourcePosition, right: SourcePosition) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// From a place up to, not including, another.
public struct SourceRange: Sendable, Hashable {
  public var start: SourcePosition
  public var end: SourcePosition

  public init(start: SourcePosition, end: SourcePosition) {
    self.start = start
    self.end = end
  }

  /// A file's very beginning, for findings about the file as a whole.
  public static let fileStart = SourceRange(
    start: SourcePosition(line: 1, column: 1), end: SourcePosition(line: 1, column: 1))
}

extension Diagnostic {
  /// The shape of `validate --format json`.
  public var json: JSON {
    func members(of range: SourceRange) -> [JSON.Member] {
      [
        .init("line", .int(range.start.line)), .init("column", .int(range.start.column)),
        .init("end_line", .int(range.end.line)), .init("end_column", .int(range.end.column)),
      ]
    }
    var all: [JSON.Member] = [
      .init("code", .string(rule.code)), .init("rule", .string(rule.name)),
      .init("severity", .string(severity.rawValue)), .init("message", .string(message)),
      .init("file", .string(file)),
    ]
    all += members(of: range)
    if let subject { all.append(.init("subject", .string(subject))) }
    if let help { all.append(.init("help", .string(help))) }
    if let fix {
      let edits = fix.edits.map {
        JSON.object(members(of: $0.range) + [.init("text", .string($0.text))])
      }
      all.append(.init("fix", ["title": .string(fix.title), "safe": .bool(fix.isSafe), "edits": .array(edits)]))
    }
    return .object(all)
  }
}
