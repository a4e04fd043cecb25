import RecordSchema

/// A YAML value with its place. Scalars are raw text: what they mean is for the schema to say.
public struct YAMLNode: Sendable {
  public enum Content: Sendable {
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    /// In the order of the file; of a repeated key the later entry comes later.
    case mapping([YAMLEntry])
  }

  public let content: Content
  public let range: SourceRange
}

public struct YAMLEntry: Sendable {
  public let key: String
  public let keyRange: SourceRange
  public let value: YAMLNode
}

extension YAMLNode {
  public var entries: [YAMLEntry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  public var items: [YAMLNode]? {
    if case .sequence(let items) = content { items } else { nil }
  }

  public var scalar: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  public subscript(key: String) -> YAMLNode? {
    entries?.last { $0.key == key }?.value
  }

  /// Nothing was written: an empty plain scalar, as in `employment_end_date:`.
  public var isEmpty: Bool {
    if case .scalar("", isPlain: true) = content { true } else { false }
  }

  /// Nothing, or a word that says nothing. Only for fields that hold no text: a surname may be Null.
  public var isNull: Bool {
    if case .scalar(let text, isPlain: true) = content { text.isEmpty || text == "null" || text == "~" } else { false }
  }

  /// Follows keys and positions in lists; as far as there is anything, when the whole way is not there.
  public func nearest(to path: FieldPath) -> YAMLNode {
    var node = self
    for step in path.steps {
      switch step {
      case .key(let key):
        guard let next = node[key] else { return node }
        node = next
      case .index(let index):
        guard let items = node.items, items.indices.contains(index) else { return node }
        node = items[index]
      case .word(let word):
        guard let next = node.item(word) else { return node }
        node = next
      }
    }
    return node
  }

  /// The node at the very end of the path, if it is there.
  public func node(at path: FieldPath) -> YAMLNode? {
    path.steps.reduce(self) { (node: YAMLNode?, step) in
      switch step {
      case .key(let key): node?[key]
      case .index(let index): node?.items.flatMap { $0.indices.contains(index) ? $0[index] : nil }
      case .word(let word): node?.item(word)
      }
    }
  }

  /// The item of a list that is this word; of a repeated one the last.
  private func item(_ word: String) -> YAMLNode? { items?.last { $0.scalar == word } }
}

/// Something in the text that no record may hold.
public struct YAMLProblem: Sendable {
  public let rule: Rule
  public let message: String
  public let range: SourceRange

  public init(rule: Rule, message: String, range: SourceRange) {
    self.rule = rule
    self.message = message
    self.range = range
  }
}

/// What a file says, as far as it could be read.
public struct YAMLDocument: Sendable {
  /// `nil` when the text ends or breaks off before any value.
  public let root: YAMLNode?
  /// Empty when the text is YAML that records may use.
  public let problems: [YAMLProblem]
  /// What is wrong with the text, but does not keep the record from being read.
  public var remarks: [YAMLProblem] = []
}
