import Catalogue
import FileStore
import GitStore
import RecordSchema
import Records

/// What validation keeps between runs: the catalogue of one tree, and what was wrong with one tree.
///
/// Neither is ever trusted for another tree than its own: what differs between it and the tree at hand is read and judged
/// again. When one of them is missing, damaged, of another program or too far away, everything is read.
public struct ValidationCache {
  private let repository: Repository
  let catalogues: CatalogueStore
  private let path: String
  /// Nothing is kept, as in a hook that may yet refuse the commit.
  private let isReadOnly: Bool

  /// - Parameter folder: where both are kept.
  public init(_ repository: Repository, folder: String, isReadOnly: Bool = false) {
    self.repository = repository
    self.isReadOnly = isReadOnly
    catalogues = CatalogueStore(folder: folder)
    path = "\(folder)/judgement"
  }

  /// Judges a commit by what it changes; `nil` when everything must be read.
  func judge(_ source: CommitSource, _ context: RuleContext) throws -> (Judgement, RecordIndex)? {
    let configuration = context.configuration
    let folder = configuration.dataFolder
    let fingerprint = configuration.readingFingerprint
    guard let tree = try source.folder(folder), let kept = try KeptJudgement(path, for: source),
      let catalogue = catalogues.load(
        fingerprint: fingerprint, remake: { try TreeReader.catalogue(of: $0, source, configuration) }),
      let indexed = try changes(from: catalogue.tree, to: tree, folder, limit: catalogue.fileCount),
      let judged = catalogue.tree == kept.tree
        ? indexed : try changes(from: kept.tree, to: tree, folder, limit: catalogue.fileCount)
    else { return nil }
    var readings: [PathKey: AnyReading] = [:]
    for entry in (indexed + judged).compactMap(\.new) where readings[PathKey(entry.path)] == nil {
      readings[PathKey(entry.path)] = try reading(of: entry, from: source, configuration)
    }
    let index = RecordIndex(catalogue, configuration: configuration, source: source)
    try index.apply(indexed, readings)
    var judgement = kept.judgement
    let rejudged = try judged + datedFiles(from: kept.date, to: context.date, index, limit: catalogue.fileCount)
    let outside = try repository.changes(from: kept.root, to: source.tree, skipping: folder)
    if !rejudged.isEmpty || !outside.isEmpty {
      var chunk = CatalogueChunk()
      for entry in rejudged.compactMap(\.old) {
        chunk.add(entry, dataFolder: folder, reading: try reading(of: entry, from: source, configuration))
      }
      var faults: [FileFaults] = []
      for entry in rejudged.compactMap(\.new) {
        let reading = try readings[PathKey(entry.path)] ?? reading(of: entry, from: source, configuration)
        chunk.add(entry, dataFolder: folder, reading: reading)
        let role = FileRole(path: entry.path, dataFolder: folder)
        if let fault = try FileFaults(entry, role, reading, source, context) { faults.append(fault) }
      }
      faults += try outside.compactMap(\.new).compactMap { try FileFaults($0, .outside, nil, source, context) }
      try judgement.change(
        (rejudged + outside).map(\.path), faults, touched: Set(chunk.keyedMarks.map(\.key)), index, context)
      keep(try KeptJudgement(judgement, tree: tree, on: context.date, in: source))
    }
    return (judgement, index)
  }

  /// The files of which something else may be true on another day: people for whom something began or ended in between,
  /// keys and approvals, which expire. As if they had changed.
  private func datedFiles(
    from old: CalendarDate, to new: CalendarDate, _ index: RecordIndex, limit files: Int
  ) throws -> [TreeChange] {
    guard old != new else { return [] }
    var numbers = Set(try index.boundaries(from: min(old, new).adding(days: 1), through: max(old, new)).map(\.file))
    for kind in [RecordKind.apiKey, .approval] { numbers.formUnion(try index.files(of: kind)) }
    return try numbers.sorted().map { number in
      let entry = try index.file(number).entry
      return TreeChange(path: entry.path, old: entry, new: entry)
    }
  }

  /// What differs between two trees; `nil` when one of them is not there any more, or when so much differs that reading
  /// everything is hardly slower.
  private func changes(from old: OID?, to new: OID, _ folder: String, limit files: Int) throws -> [TreeChange]? {
    guard let old, let changes = try? repository.changes(from: old, to: new, prefix: folder + "/") else { return nil }
    return changes.count <= max(256, files / 64) ? changes : nil
  }

  /// Keeps the catalogue of a tree that was read as a whole, and what it is judged to be.
  func keeping(
    _ catalogue: Catalogue, _ context: RuleContext, _ source: CommitSource, _ judge: () throws -> Judgement
  ) throws -> Judgement {
    guard !isReadOnly, let tree = catalogue.tree else { return try judge() }
    let fingerprint = context.configuration.readingFingerprint
    let judgement = try catalogues.save(catalogue, fingerprint: fingerprint, during: judge)
    keep(try KeptJudgement(judgement, tree: tree, on: context.date, in: source))
    return judgement
  }

  private func keep(_ kept: KeptJudgement) {
    guard !isReadOnly else { return }
    kept.save(to: path)
  }
}
