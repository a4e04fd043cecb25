import FileStore
import GitStore
import RecordSchema

/// Where records are read from: a commit, the index, or the files of a work tree.
public protocol RecordSource {
  /// `nil` for files that are not committed.
  var commit: OID? { get }
  /// The file at a path; `nil` when there is none.
  func entry(at path: String) throws -> TreeEntry?
  /// Every file below a folder, in the order of their paths' bytes, as git's trees have them.
  func files(below folder: String) throws -> [TreeEntry]
  /// Every other file that is, or is to be, committed.
  func files(outside folder: String) throws -> [TreeEntry]
  /// A file's size in bytes, without reading it.
  func size(of entry: TreeEntry) throws -> Int
  func read(_ entry: TreeEntry) throws -> [UInt8]
  /// Makes the same source for another thread.
  var opener: @Sendable () throws -> any RecordSource { get }
}

extension RecordSource {
  /// staffrepo.yaml, or `nil` when there is none.
  public func configurationFile() throws -> TreeEntry? { try entry(at: ConfigurationDecoder.path) }
}

/// A commit's tree, read from the object database.
public struct CommitSource: RecordSource {
  public let repository: Repository
  public let commit: OID?
  public let tree: OID

  public init(_ repository: Repository, commit: OID) throws {
    self.repository = repository
    self.commit = commit
    tree = try repository.info(of: commit).tree
  }

  public var opener: @Sendable () throws -> any RecordSource {
    let (open, commit, tree) = (repository.opener, commit, tree)
    return { CommitSource(try open(), commit: commit, tree: tree) }
  }

  /// A tree that is no commit's yet: what is staged.
  public init(_ repository: Repository, tree: OID) { self.init(repository, commit: nil, tree: tree) }

  private init(_ repository: Repository, commit: OID?, tree: OID) {
    self.repository = repository
    self.commit = commit
    self.tree = tree
  }

  public func entry(at path: String) throws -> TreeEntry? {
    guard let found = try repository.entry(at: path, in: tree), !found.isTree else { return nil }
    return TreeEntry(path: path, oid: found.oid, kind: found.kind)
  }

  /// The id of a folder's tree.
  public func folder(_ path: String) throws -> OID? {
    guard let found = try repository.entry(at: path, in: tree), found.isTree else { return nil }
    return found.oid
  }

  public func files(below folder: String) throws -> [TreeEntry] {
    guard let root = try self.folder(folder) else { return [] }
    var files: [TreeEntry] = []
    try repository.walk(tree: root, prefix: folder + "/") { files.append($0) }
    return files
  }

  public func files(outside folder: String) throws -> [TreeEntry] {
    var files: [TreeEntry] = []
    try repository.walk(tree: tree, skipping: folder) { files.append($0) }
    return files
  }

  public func read(_ entry: TreeEntry) throws -> [UInt8] {
    entry.kind == .submodule ? [] : try repository.blob(entry.oid)
  }

  public func size(of entry: TreeEntry) throws -> Int {
    entry.kind == .submodule ? 0 : try repository.size(of: entry.oid)
  }
}

/// The data folder of some commit, known by its own tree.
struct DataFolderSource: RecordSource {
  let commit: OID? = nil
  private let source: CommitSource
  private let tree: OID

  init(_ source: CommitSource, tree: OID) {
    self.source = source
    self.tree = tree
  }

  var opener: @Sendable () throws -> any RecordSource { source.opener }

  func entry(at path: String) throws -> TreeEntry? { nil }

  func files(below folder: String) throws -> [TreeEntry] {
    var files: [TreeEntry] = []
    try source.repository.walk(tree: tree, prefix: folder + "/") { files.append($0) }
    return files
  }

  func files(outside folder: String) throws -> [TreeEntry] { [] }

  func read(_ entry: TreeEntry) throws -> [UInt8] { try source.read(entry) }

  func size(of entry: TreeEntry) throws -> Int { try source.size(of: entry) }
}

/// What `git commit` would commit now.
public struct IndexSource: RecordSource {
  public let commit: OID? = nil
  private let repository: Repository
  private let entries: [TreeEntry]

  public init(_ repository: Repository) throws {
    self.repository = repository
    entries = try repository.indexEntries()
  }

  private init(_ repository: Repository, entries: [TreeEntry]) {
    self.repository = repository
    self.entries = entries
  }

  public var opener: @Sendable () throws -> any RecordSource {
    let (open, entries) = (repository.opener, entries)
    return { IndexSource(try open(), entries: entries) }
  }

  public func entry(at path: String) throws -> TreeEntry? { entries.first { $0.path == path } }

  public func files(below folder: String) throws -> [TreeEntry] { entries.filter { $0.path.hasPrefix(folder + "/") } }

  public func files(outside folder: String) throws -> [TreeEntry] {
    entries.filter { !$0.path.hasPrefix(folder + "/") }
  }

  public func read(_ entry: TreeEntry) throws -> [UInt8] {
    entry.kind == .submodule ? [] : try repository.blob(entry.oid)
  }

  public func size(of entry: TreeEntry) throws -> Int {
    entry.kind == .submodule ? 0 : try repository.size(of: entry.oid)
  }
}

/// The files as they stand in a folder, saved but perhaps not committed.
public struct WorkTreeSource: RecordSource, Sendable {
  public let commit: OID? = nil
  private let root: String
  /// Paths at which the index has another repository: perhaps an empty folder here.
  private let submodules: Set<String>

  public init(root: String, submodules: Set<String> = []) {
    self.root = root.hasSuffix("/") ? root : root + "/"
    self.submodules = submodules
  }

  public var opener: @Sendable () throws -> any RecordSource {
    { [self] in self }
  }

  public func files(below folder: String) throws -> [TreeEntry] {
    let absent = submodules.filter { $0.hasPrefix(folder + "/") && !FileStore.exists(root + $0) }
      .map { TreeEntry(path: $0, oid: .zero, kind: .submodule) }
    return (unorderedFiles(below: folder) + absent).sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private func unorderedFiles(below folder: String) -> [TreeEntry] {
    FileStore.names(in: root + folder).flatMap { name -> [TreeEntry] in
      let path = "\(folder)/\(name)"
      if FileKind(at: root + path) == .directory {
        if isSubmodule(path) { return [TreeEntry(path: path, oid: .zero, kind: .submodule)] }
        return unorderedFiles(below: path)
      }
      return entry(at: path).map { [$0] } ?? []
    }
  }

  private func isSubmodule(_ path: String) -> Bool {
    submodules.contains(path) || FileStore.exists("\(root)\(path)/.git")
  }

  /// What is not staged may never be committed, and a work tree is full of files that are nobody's business. But a record
  /// beside the data folder is somebody's mistake.
  public func files(outside folder: String) -> [TreeEntry] {
    let top = FileStore.names(in: root).filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.compactMap(entry(at:))
    let folders = RecordKind.allCases.map(\.folder).filter { $0 != folder && FileKind(at: root + $0) == .directory }
    return top + folders.flatMap { unorderedFiles(below: $0) }
  }

  public func read(_ entry: TreeEntry) throws -> [UInt8] { try FileStore.read(root + entry.path) }

  public func size(of entry: TreeEntry) throws -> Int { try FileStore.size(root + entry.path) }

  public func entry(at path: String) -> TreeEntry? {
    switch FileKind(at: root + path) {
    case .file: TreeEntry(path: path, oid: .zero, kind: .file)
    case .executable: TreeEntry(path: path, oid: .zero, kind: .executable)
    case .symbolicLink, .other: TreeEntry(path: path, oid: .zero, kind: .symbolicLink)
    case .directory, nil: nil
    }
  }
}
