import Catalogue
import GitStore
import RecordSchema
import Workers

/// Reads every file of a tree, on all processors.
public struct TreeReader<Remark: Sendable>: Sendable {
  private let configuration: Configuration
  /// What is to be known of a file beside the catalogue.
  private let remark: @Sendable (TreeEntry, FileRole, AnyReading?, any RecordSource) throws -> Remark?
  private let progress: @Sendable (Int, Int) -> Void

  /// - Parameter progress: told the number of files read and of all files, now and then, from any thread.
  public init(
    _ configuration: Configuration, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in },
    remark: @escaping @Sendable (TreeEntry, FileRole, AnyReading?, any RecordSource) throws -> Remark?
  ) {
    self.configuration = configuration
    self.progress = progress
    self.remark = remark
  }

  private struct Part: Sendable {
    var chunk: CatalogueChunk
    var remarks: [Remark] = []
  }

  /// - Parameter tree: the data folder's id, when the files are those of a commit.
  public func read(_ source: some RecordSource, tree: OID?) throws -> (catalogue: Catalogue, remarks: [Remark]) {
    let entries = inOrder(try source.files(below: configuration.dataFolder))
    let parts = try Workers.map(entries, partSize: 512, prepare: source.opener) { part, source in
      progress(part.startIndex, entries.count)
      return try read(part, from: source)
    }
    return (Catalogue(parts.map(\.chunk), tree: tree), parts.flatMap(\.remarks))
  }

  /// By the bytes of their paths, in which the catalogue looks for them. As git's trees have them, unless a name is no
  /// UTF-8.
  private func inOrder(_ entries: [TreeEntry]) -> [TreeEntry] {
    func precedes(_ left: TreeEntry, _ right: TreeEntry) -> Bool {
      left.path.utf8.lexicographicallyPrecedes(right.path.utf8)
    }
    let isSorted = zip(entries, entries.dropFirst()).allSatisfy { precedes($0, $1) }
    return isSorted ? entries : entries.sorted(by: precedes)
  }

  private func read(_ entries: ArraySlice<TreeEntry>, from source: any RecordSource) throws -> Part {
    var part = Part(chunk: CatalogueChunk(expecting: entries.count))
    for entry in entries {
      let role = FileRole(path: entry.path, dataFolder: configuration.dataFolder)
      let reading = try reading(of: entry, role, from: source, configuration)
      part.chunk.add(entry, role, dataFolder: configuration.dataFolder, reading)
      if let remark = try remark(entry, role, reading, source) { part.remarks.append(remark) }
    }
    return part
  }
}

/// What a file says, or `nil` when it is no record, or no plain file.
public func reading(of entry: TreeEntry, from source: any RecordSource, _ configuration: Configuration) throws
  -> AnyReading?
{
  try reading(
    of: entry, FileRole(path: entry.path, dataFolder: configuration.dataFolder), from: source, configuration)
}

private func reading(
  of entry: TreeEntry, _ role: FileRole, from source: any RecordSource, _ configuration: Configuration
) throws -> AnyReading? {
  guard case .record(let kind) = role, entry.isPlainFile
  else { return nil }
  return AnyReading(try source.read(entry), kind: kind, entry: entry, configuration: configuration)
}

extension TreeReader where Remark == Never {
  /// The catalogue of a data folder's tree.
  public static func catalogue(of tree: OID, _ source: CommitSource, _ configuration: Configuration) throws -> Catalogue
  {
    let folder = DataFolderSource(source, tree: tree)
    return try TreeReader(configuration, remark: { _, _, _, _ in nil }).read(folder, tree: tree).catalogue
  }
}

extension Configuration {
  /// Tells apart configurations with which the same file may be read differently.
  public var readingFingerprint: UInt64 {
    Fingerprint.of("\(dataFolder) \(requiredFields.sorted()) \(customFields)")
  }
}
