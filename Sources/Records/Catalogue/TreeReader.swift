import Catalogue
import Dispatch
import GitStore
import Glibc
import RecordSchema
import Synchronization

/// Reads every file of a tree, on all processors.
public struct TreeReader<Remark: Sendable>: Sendable {
  private let configuration: Configuration
  /// What is to be known of a file beside the catalogue.
  private let remark: @Sendable (TreeEntry, FileRole, AnyReading?) -> Remark?
  private let progress: @Sendable (Int, Int) -> Void

  /// - Parameter progress: told the number of files read and of all files, now and then, from any thread.
  public init(
    _ configuration: Configuration, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in },
    remark: @escaping @Sendable (TreeEntry, FileRole, AnyReading?) -> Remark?
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
    let entries = try source.files(below: configuration.dataFolder)
    let parts = try inParallel(entries, open: source.opener) { part, source in
      progress(part.startIndex, entries.count)
      return try read(part, from: source)
    }
    return (Catalogue(parts.map(\.chunk), tree: tree), parts.flatMap(\.remarks))
  }

  private func read(_ entries: ArraySlice<TreeEntry>, from source: any RecordSource) throws -> Part {
    var part = Part(chunk: CatalogueChunk(expecting: entries.count))
    for entry in entries {
      let role = FileRole(path: entry.path, dataFolder: configuration.dataFolder)
      let reading = try reading(of: entry, role, from: source, configuration)
      part.chunk.add(entry, role, dataFolder: configuration.dataFolder, reading)
      if let remark = remark(entry, role, reading) { part.remarks.append(remark) }
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

/// Works on parts of a list, on all processors; the results are in the list's order.
///
/// - Parameter open: makes the source again; libgit2's handles are for one thread each.
func inParallel<Item: Sendable, Result: Sendable>(
  _ items: [Item], open: @escaping @Sendable () throws -> any RecordSource,
  _ body: @Sendable (ArraySlice<Item>, any RecordSource) throws -> Result
) throws -> [Result] {
  let partSize = 512
  let count = (items.count + partSize - 1) / partSize
  let parts = Mutex<[Result?]>(Array(repeating: nil, count: count))
  let failure = Mutex<(any Error)?>(nil)
  let next = Atomic(0)
  DispatchQueue.concurrentPerform(iterations: min(processors, count)) { _ in
    do {
      let source = try open()
      while case let number = next.add(1, ordering: .relaxed).oldValue, number < count {
        let part = try body(items[number * partSize..<min((number + 1) * partSize, items.count)], source)
        parts.withLock { $0[number] = part }
      }
    } catch {
      failure.withLock { $0 = error }
      next.store(count, ordering: .relaxed)
    }
  }
  if let failure = failure.withLock({ $0 }) { throw failure }
  return parts.withLock { $0 }.compactMap(\.self)
}

/// How many threads can work at once.
private let processors = max(1, min(16, sysconf(Int32(_SC_NPROCESSORS_ONLN))))

extension TreeReader where Remark == Never {
  /// The catalogue of a data folder's tree.
  public static func catalogue(of tree: OID, _ source: CommitSource, _ configuration: Configuration) throws -> Catalogue {
    let folder = DataFolderSource(source, tree: tree)
    return try TreeReader(configuration, remark: { _, _, _ in nil }).read(folder, tree: tree).catalogue
  }
}

extension Configuration {
  /// Tells apart configurations with which the same file may be read differently.
  public var readingFingerprint: UInt64 {
    Fingerprint.of("\(dataFolder) \(requiredFields.sorted()) \(customFields)")
  }
}
