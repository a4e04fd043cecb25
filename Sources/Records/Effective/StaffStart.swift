import Catalogue
import GitStore
import RecordSchema

extension Staff {
  /// The staff of some tree near a commit, to be moved there: that of the catalogue which an earlier run kept, or else of
  /// the commit's own tree, all of which is read now and its catalogue kept.
  ///
  /// - Parameter catalogues: `nil`: nothing is kept or used.
  /// - Parameter keepsNear: runs to come will begin near this commit as well, so the catalogue should not be far from it.
  public init(
    near commit: OID, in repository: Repository, _ catalogues: CatalogueStore?, keepsNear: Bool = false
  ) throws {
    guard let configuration = try Configuration.inForce(at: commit, in: repository) else {
      try self.init()
      return
    }
    let source = try CommitSource(repository, commit: commit)
    guard let folder = try source.folder(configuration.dataFolder) else {
      try self.init()
      return
    }
    let fingerprint = configuration.readingFingerprint
    func remake(_ tree: OID) throws -> Catalogue { try TreeReader.catalogue(of: tree, source, configuration) }
    if let kept = catalogues?.load(fingerprint: fingerprint, remake: remake), let tree = kept.tree,
      let changes = try? repository.changes(from: tree, to: folder, prefix: ""),
      // Further away, reading everything at once is quicker than reading what differs one by one.
      changes.count <= max(256, kept.fileCount / (keepsNear ? 64 : 8))
    {
      // Whatever goes wrong with what was kept, reading everything goes right or says what is wrong.
      if let staff = try? Staff(kept, configuration, source: source) {
        self = staff
        return
      }
    }
    let catalogue = try remake(folder)
    catalogues?.save(catalogue, fingerprint: fingerprint)
    try self.init(catalogue, configuration, source: source)
  }
}
