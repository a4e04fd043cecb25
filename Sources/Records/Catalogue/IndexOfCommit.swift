import Catalogue
import GitStore
import RecordSchema

extension RecordIndex {
  /// The index of a commit: that of a tree near it, which an earlier run kept, with what differs; or of the tree itself, all
  /// of which is read now and kept.
  ///
  /// - Parameter catalogues: `nil`: nothing is kept or used.
  public static func of(
    _ source: CommitSource, _ configuration: Configuration, _ catalogues: CatalogueStore?
  ) throws -> RecordIndex {
    let fingerprint = configuration.readingFingerprint
    func remake(_ tree: OID) throws -> Catalogue { try TreeReader.catalogue(of: tree, source, configuration) }
    guard let folder = try source.folder(configuration.dataFolder) else {
      return RecordIndex(Catalogue([], tree: nil), configuration: configuration, source: source)
    }
    if let kept = catalogues?.load(fingerprint: fingerprint, remake: remake), let tree = kept.tree,
      let changes = try? source.repository.changes(
        from: tree, to: folder, prefix: configuration.dataFolder + "/"),
      changes.count <= max(256, kept.fileCount / 8)
    {
      let index = RecordIndex(kept, configuration: configuration, source: source)
      var readings: [PathKey: AnyReading] = [:]
      for entry in changes.compactMap(\.new) {
        readings[PathKey(entry.path)] = try Records.reading(of: entry, from: source, configuration)
      }
      try index.apply(changes, readings)
      return index
    }
    let catalogue = try remake(folder)
    catalogues?.save(catalogue, fingerprint: fingerprint)
    return RecordIndex(catalogue, configuration: configuration, source: source)
  }
}
