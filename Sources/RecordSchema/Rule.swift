/// What a finding is an instance of. Codes are never reused.
public struct Rule: Sendable, Hashable {
  /// A family letter and three digits, such as `P012`.
  public let code: String
  /// The fault in words, such as `unknown-manager`.
  public let name: String
  public let severity: Diagnostic.Severity
  /// What the rule demands and why it matters, for `explain` and the docs.
  public let explanation: String
  /// The fault, and the same without it: for `explain` and the docs, and tried by the tests.
  public var example: RuleExample { makeExample() }
  private let makeExample: @Sendable () -> RuleExample
  /// The usual next step, in words that an HR officer understands.
  public let help: String?

  public init(
    _ code: String, _ name: String, severity: Diagnostic.Severity = .error, explanation: String,
    example: @autoclosure @escaping @Sendable () -> RuleExample, help: String? = nil
  ) {
    self.code = code
    self.name = name
    self.severity = severity
    self.explanation = explanation
    makeExample = example
    self.help = help
  }

  public static func == (left: Rule, right: Rule) -> Bool { left.code == right.code }

  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}

/// A fault that a rule finds, beside the same thing done right.
///
/// The place that the rule must report stands between « and »; « » with nothing inside stands for the file's beginning.
public struct RuleExample: Sendable {
  /// A file, or some lines of it.
  public struct File: Sendable {
    public let path: String
    /// `nil`: there is no such file.
    public let text: String?
    public var kind = TreeKind.file
    /// The text is some lines of an otherwise good record.
    public var isPart = false

    public init(path: String, text: String?, kind: TreeKind = .file, isPart: Bool = false) {
      self.path = path
      self.text = text
      self.kind = kind
      self.isPart = isPart
    }

    /// As git's trees have it.
    public enum TreeKind: Sendable { case file, executable, symbolicLink, submodule }
  }

  /// What stood in an earlier commit and does not any more, of rules about a change.
  public var earlier: [File] = []
  /// What stands before the change beside the other records.
  public var before: [File] = []
  public var wrong: [File]
  public var right: [File]

  /// What no file shows.
  public static let none = RuleExample(wrong: [], right: [])

  public init(before: [File] = [], wrong: [File], right: [File]) {
    self.before = before
    self.wrong = wrong
    self.right = right
  }

  /// Lines of a person's record, of a unit's and so on: they replace those of the same name in a good one.
  public static func person(_ wrong: String, right: String) -> RuleExample {
    part(of: "data/people/EMP017.yaml", wrong, right)
  }
  public static func unit(_ wrong: String, right: String) -> RuleExample {
    part(of: "data/units/care-team-a.yaml", wrong, right)
  }
  public static func apiKey(_ wrong: String, right: String) -> RuleExample {
    part(of: "data/apikeys/hr.yaml", wrong, right)
  }
  public static func webhook(_ wrong: String, right: String) -> RuleExample {
    part(of: "data/webhooks/digital-id.yaml", wrong, right)
  }
  public static func approval(_ wrong: String, right: String) -> RuleExample {
    part(of: "data/approvals/restructure.yaml", wrong, right)
  }
  public static func configuration(_ wrong: String, right: String) -> RuleExample {
    part(of: "staffrepo.yaml", wrong, right)
  }

  private static func part(of path: String, _ wrong: String, _ right: String) -> RuleExample {
    RuleExample(
      wrong: [File(path: path, text: wrong, isPart: true)], right: [File(path: path, text: right, isPart: true)])
  }

  /// Whole files.
  public static func files(_ wrong: [String: String], right: [String: String]) -> RuleExample {
    RuleExample(wrong: files(wrong), right: files(right))
  }

  /// A change from what was before; a file without text is deleted.
  public static func change(
    earlier: [String: String] = [:], from before: [String: String] = [:], _ wrong: [String: String?],
    right: [String: String?]
  ) -> RuleExample {
    var example = RuleExample(before: files(before), wrong: files(wrong), right: files(right))
    example.earlier = files(earlier)
    return example
  }

  private static func files(_ texts: [String: String?]) -> [File] {
    texts.sorted { $0.key < $1.key }.map { File(path: $0.key, text: $0.value) }
  }
}
