import Catalogue
import GitStore
import RecordSchema
import Records

/// What `validate` found in one tree.
public struct ValidationReport: Sendable {
  public let commit: String?
  public let people: Int
  public let units: Int
  /// Sorted by file and place, staffrepo.yaml first.
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
/// - Parameter date: the day of which rules speak that depend on one: who has left, which key has expired.
/// - Parameter base: the commit to compare with, to judge the change itself as well.
/// - Parameter authority: who stands for that change.
/// - Parameter isAllowed: whether this host lets events go to an address inside.
/// - Parameter cache: what earlier runs kept; with it, a commit costs what it changes.
public func validate(
  _ source: some RecordSource, asOf date: CalendarDate, base: CommitSource? = nil,
  authority: ChangeAuthority = ChangeAuthority(), isAllowed: (String) -> Bool = { _ in false },
  cache: ValidationCache? = nil,
  progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
) throws -> ValidationReport {
  let read = try source.configuration()
  // With the default settings every custom field would be an unknown one; the last readable ones are in force. A clone
  // without its past does not have them, and is judged all the same.
  let inForce =
    read.configuration
    ?? (source as? CommitSource).flatMap { commit in
      commit.commit.flatMap { try? Configuration.inForce(at: $0, in: commit.repository) }
    }
  let context = RuleContext(inForce ?? Configuration(), on: date)
  // Whatever goes wrong with what was kept: reading everything goes right, or says what is wrong.
  let kept = (source as? CommitSource).flatMap { try? cache?.judge($0, context) }
  let (judgement, index) = try kept ?? judgeEverything(source, context, cache, progress)
  let change = try base.flatMap { base in
    try (source as? CommitSource).map {
      try RecordedChange(from: base, to: $0, index, context, authority, cache?.catalogues)
    }
  }
  let ofTree = try read.configuration == nil ? [] : RuleRegistry.trees.flatMap { try $0.check(index, context) }
  let ofChange = try change.map { change in try RuleRegistry.changes.flatMap { try $0.check(change) } } ?? []
  let diagnostics =
    try read.findings
    + judgement.diagnostics(
      index, with: ofTree + ofChange, largestTakenID: { try largestTakenID(change, base, cache) }
    )
    .filter {
      try $0.rule != InternalAddress.rule || !InternalAddress.isAllowed($0, index, isAllowed)
    }
    .filter { try $0.rule != ExpiringKey.rule || !ExpiringKey.isReplaced($0, index) }
  return ValidationReport(
    commit: source.commit?.description, people: try index.count(of: .person), units: try index.count(of: .unit),
    diagnostics: sorted(diagnostics))
}

/// The past, and who waits, are looked at with a change only: all of history is too much for a look at a tree.
private func largestTakenID(_ change: RecordedChange?, _ base: CommitSource?, _ cache: ValidationCache?) throws -> Int {
  guard let change, let base, let commit = base.commit else { return 0 }
  let waiting = try change.waitingHires.get().map(\.person.id.rawValue).max() ?? 0
  let given = try max(waiting, GivenIDs.largest(in: base.repository))
  guard !base.repository.isShallow else { return given }
  let former = try PastRecords(base.repository, folder: cache?.catalogues.folder).former(upTo: commit)
  return max(given, former.map(\.id).max() ?? 0)
}

/// The settings come first, since others' faults may follow from theirs.
private func rank(_ diagnostic: Diagnostic) -> Int { diagnostic.file == ConfigurationDecoder.path ? 0 : 1 }

/// By file and place. Positions are moved about, not diagnostics, which are large.
private func sorted(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
  diagnostics.indices.sorted {
    let (left, right) = (diagnostics[$0], diagnostics[$1])
    return (rank(left), left.file, left.range.start, left.rule.code, left.message)
      < (rank(right), right.file, right.range.start, right.rule.code, right.message)
  }
  .map { diagnostics[$0] }
}

private func judgeEverything(
  _ source: some RecordSource, _ context: RuleContext, _ cache: ValidationCache?,
  _ progress: @escaping @Sendable (Int, Int) -> Void
) throws -> (Judgement, RecordIndex) {
  let configuration = context.configuration
  let tree = try (source as? CommitSource)?.folder(configuration.dataFolder)
  let reader = TreeReader(configuration, progress: progress) { try FileFaults($0, $1, $2, $3, context) }
  let (catalogue, ofRecords) = try reader.read(source, tree: tree)
  let faults =
    try ofRecords
    + source.files(outside: configuration.dataFolder).compactMap { try FileFaults($0, .outside, nil, source, context) }
  let index = RecordIndex(catalogue, configuration: configuration, source: source)
  guard let cache, let source = source as? CommitSource else { return (try Judgement(faults, index, context), index) }
  return (try cache.keeping(catalogue, context, source) { try Judgement(faults, index, context) }, index)
}
