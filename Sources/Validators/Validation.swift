import Catalogue
import GitStore
import RecordSchema
import Records

/// What `validate` found in one tree.
public struct ValidationReport: Sendable {
  public let commit: String?
  public let people: Int
  public let units: Int
  /// Sorted by file and place.
  public let diagnostics: [Diagnostic]

  public var errors: Int { diagnostics.count { $0.severity == .error } }
  public var warnings: Int { diagnostics.count { $0.severity == .warning } }

  public var json: JSON {
    [
      "commit": .optional(commit), "checked": ["people": .int(people), "units": .int(units)],
      "summary": ["errors": .int(errors), "warnings": .int(warnings)],
      "diagnostics": .array(diagnostics.map(\.json)),
    ]
  }
}

/// Judges a tree: what each file says, and how the records relate.
///
/// - Parameter base: the commit to compare with, to judge the change itself as well.
/// - Parameter cache: what earlier runs kept; with it, a commit costs what it changes.
public func validate(
  _ source: some RecordSource, base: CommitSource? = nil, cache: ValidationCache? = nil,
  progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
) throws -> ValidationReport {
  let read = try source.configuration()
  let configuration = read.configuration ?? Configuration()
  // Whatever goes wrong with what was kept: reading everything goes right, or says what is wrong.
  let kept = (source as? CommitSource).flatMap { try? cache?.judge($0, configuration) }
  let (judgement, index) = try kept ?? judgeEverything(source, configuration, cache, progress)
  let change = try base.flatMap { base in
    try (source as? CommitSource).map { try RecordedChange(from: base, to: $0, index) }
  }
  let ofChange = try change.map { change in try RuleRegistry.changes.flatMap { try $0.check(change) } } ?? []
  let diagnostics = read.findings + (try judgement.diagnostics(index, with: ofChange))
  return ValidationReport(
    commit: source.commit?.description, people: try index.count(of: .person), units: try index.count(of: .unit),
    diagnostics: sorted(diagnostics))
}

/// By file and place. Positions are moved about, not diagnostics, which are large.
private func sorted(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
  diagnostics.indices.sorted {
    let (left, right) = (diagnostics[$0], diagnostics[$1])
    return (left.file, left.range.start, left.rule.code, left.message)
      < (right.file, right.range.start, right.rule.code, right.message)
  }
  .map { diagnostics[$0] }
}

private func judgeEverything(
  _ source: some RecordSource, _ configuration: Configuration, _ cache: ValidationCache?,
  _ progress: @escaping @Sendable (Int, Int) -> Void
) throws -> (Judgement, RecordIndex) {
  let tree = try (source as? CommitSource)?.folder(configuration.dataFolder)
  let reader = TreeReader(configuration, progress: progress) { FileFaults($0, $1, $2) }
  let (catalogue, faults) = try reader.read(source, tree: tree)
  let index = RecordIndex(catalogue, configuration: configuration, source: source)
  guard let cache, let source = source as? CommitSource else { return (try Judgement(faults, index), index) }
  return (try cache.keeping(catalogue, configuration, source) { try Judgement(faults, index) }, index)
}
