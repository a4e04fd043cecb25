/// The way to a value inside a record: `organisational_units`, 1, `unit`.
public struct FieldPath: Sendable, Hashable, ExpressibleByStringLiteral {
  public enum Step: Sendable, Hashable {
    case key(String)
    case index(Int)
    /// The item of a list that is this word.
    case word(String)
  }

  public var steps: [Step]

  public init(_ steps: [Step]) { self.steps = steps }
  public init(stringLiteral key: String) { steps = [.key(key)] }

  public static let record = FieldPath([])

  /// `organisational_units.1.unit`
  public var text: String {
    steps.map { step in
      switch step {
      case .key(let key): key
      case .index(let index): String(index)
      case .word(let word): word
      }
    }
    .joined(separator: ".")
  }

  public func item(_ index: Int) -> FieldPath { FieldPath(steps + [.index(index)]) }
  public func word(_ word: String) -> FieldPath { FieldPath(steps + [.word(word)]) }
  public func key(_ key: String) -> FieldPath { FieldPath(steps + [.key(key)]) }
}

extension FieldPath: Comparable {
  /// In the order of lists, and of names.
  public static func < (left: FieldPath, right: FieldPath) -> Bool {
    left.steps.lexicographicallyPrecedes(right.steps)
  }
}

extension FieldPath.Step: Comparable {
  public static func < (left: FieldPath.Step, right: FieldPath.Step) -> Bool {
    if case .index(let left) = left, case .index(let right) = right { return left < right }
    return FieldPath([left]).text < FieldPath([right]).text
  }
}
