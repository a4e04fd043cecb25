import CLibgit2
import Glibc

/// A file of a tree.
public struct TreeEntry: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case file, executable, symbolicLink, submodule
  }
  public let path: String
  public let oid: OID
  public let kind: Kind

  /// A file with content of its own: no link, no submodule.
  public var isPlainFile: Bool { kind == .file || kind == .executable }

  public init(path: String, oid: OID, kind: Kind) {
    self.path = path
    self.oid = oid
    self.kind = kind
  }
}

/// A path whose content differs between two trees.
public struct TreeChange: Sendable {
  public let path: String
  public let old: TreeEntry?
  public let new: TreeEntry?

  public init(path: String, old: TreeEntry?, new: TreeEntry?) {
    self.path = path
    self.old = old
    self.new = new
  }
}

extension Repository {
  /// The entry at a path of a tree: a file, or a folder's own tree id.
  public func entry(at path: String, in tree: OID) throws(GitError) -> (oid: OID, isTree: Bool, kind: TreeEntry.Kind)? {
    var raw = tree.raw
    var root: OpaquePointer?
    try check(git_tree_lookup(&root, pointer, &raw), "Tree \(tree) cannot be read")
    defer { git_tree_free(root) }
    var found: OpaquePointer?
    let code = git_tree_entry_bypath(&found, root, path)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try check(code, "\(path) cannot be found in tree \(tree)")
    guard let found else { return nil }
    defer { git_tree_entry_free(found) }
    let mode = git_tree_entry_filemode(found).rawValue
    return (
      OID(git_tree_entry_id(found).pointee), mode == GIT_FILEMODE_TREE.rawValue, TreeEntry.Kind(mode: mode)
    )
  }

  /// Calls `body` for each file of a tree, in the order of the paths' bytes.
  ///
  /// - Parameter folder: one that is left out.
  public func walk(
    tree oid: OID, prefix: String = "", skipping folder: String? = nil, _ body: (TreeEntry) throws -> Void
  ) throws {
    try checkDepth(prefix)
    var entries = try rawTree(oid).entries
    while let entry = try entries.next() {
      let path = prefix + entry.name
      if entry.isTree {
        if path == folder { continue }
        try walk(tree: entry.oid, prefix: path + "/", skipping: folder, body)
      } else {
        try body(TreeEntry(path: path, oid: entry.oid, kind: entry.kind))
      }
    }
  }

  /// What differs between two trees. Folders with the same id are never opened, and in those that are, entries alike are
  /// passed over byte by byte; so the cost is that of the change. With libgit2's own diff it would be that of the whole
  /// tree.
  ///
  /// - Parameter folder: one that is left out.
  public func changes(
    from old: OID?, to new: OID?, prefix: String = "", skipping folder: String? = nil
  ) throws -> [TreeChange] {
    var result: [TreeChange] = []
    try collectChanges(from: old, to: new, prefix: prefix, skipping: folder.map { $0 + "/" }, into: &result)
    return result
  }

  private func collectChanges(
    from old: OID?, to new: OID?, prefix: String, skipping folder: String?, into result: inout [TreeChange]
  ) throws {
    guard old != new, prefix != folder else { return }
    try checkDepth(prefix)
    var left = try (old.map(rawTree) ?? RawTree([])).entries
    var right = try (new.map(rawTree) ?? RawTree([])).entries
    left.skipCommon(with: &right)
    var (gone, come) = (try left.next(), try right.next())
    while gone != nil || come != nil {
      let order = RawTree.order(gone, come)
      let (old, new) = (order <= 0 ? gone : nil, order >= 0 ? come : nil)
      if old?.oid != new?.oid || old?.mode != new?.mode {
        try note(old, new, prefix: prefix, skipping: folder, into: &result)
      }
      if order == 0 { left.skipCommon(with: &right) }
      if order <= 0 { gone = try left.next() }
      if order >= 0 { come = try right.next() }
    }
  }

  /// - Parameter old: with the same name and of the same kind, folder or not, as the new one.
  private func note(
    _ old: RawTree.Entry?, _ new: RawTree.Entry?, prefix: String, skipping folder: String?,
    into result: inout [TreeChange]
  ) throws {
    guard let any = old ?? new else { return }
    let path = prefix + any.name
    if any.isTree {
      try collectChanges(from: old?.oid, to: new?.oid, prefix: path + "/", skipping: folder, into: &result)
    } else {
      result.append(
        TreeChange(
          path: path, old: old.map { TreeEntry(path: path, oid: $0.oid, kind: $0.kind) },
          new: new.map { TreeEntry(path: path, oid: $0.oid, kind: $0.kind) }))
    }
  }

  /// The longest path that Linux takes. Folders can be pushed that nest as deep as somebody likes.
  private func checkDepth(_ path: String) throws(GitError) {
    guard path.utf8.count > 4096 else { return }
    throw GitError(.other, "Folders nest too deep: \(path.prefix(60))...")
  }

  /// A tree's bytes. Neighbouring commits share most of their trees, so the last ones are kept.
  private func rawTree(_ oid: OID) throws -> RawTree {
    if let known = trees[oid] { return known }
    let tree = RawTree(try blob(oid))
    if treeBytes > treeBytesLimit {
      trees = [:]
      treeBytes = 0
    }
    trees[oid] = tree
    treeBytes += tree.bytes.count
    return tree
  }

  /// Writes the index as a tree, as `git commit` does.
  ///
  /// - Parameter file: another index than the repository's own: git prepares one for a part of the changes.
  public func stagedTree(indexFile file: String? = nil) throws(GitError) -> OID {
    var index: OpaquePointer?
    if let file {
      try check(git_index_open(&index, file), "The index \(file) cannot be read")
    } else {
      try check(git_repository_index(&index, pointer), "The index cannot be read")
    }
    guard let index else { throw GitError(.other, "There is no index.") }
    defer { git_index_free(index) }
    try check(git_index_read(index, 1), "The index cannot be read")
    if git_index_has_conflicts(index) == 1 {
      throw GitError(
        .other, "A merge is not finished: some files have both sides' lines. Decide them and git add them.")
    }
    // What is only announced (git add -N) is no part of a commit.
    for position in (0..<git_index_entrycount(index)).reversed() {
      guard let entry = git_index_get_byindex(index, position)?.pointee,
        entry.flags_extended & UInt16(GIT_INDEX_ENTRY_INTENT_TO_ADD.rawValue) != 0
      else { continue }
      try check(git_index_remove(index, entry.path, 0), "The index cannot be read")
    }
    var tree = git_oid()
    try check(git_index_write_tree_to(&tree, index, pointer), "What is staged cannot be stored as a tree")
    return OID(tree)
  }

  /// The files of the index, as `git commit` would take them.
  public func indexEntries() throws(GitError) -> [TreeEntry] {
    var index: OpaquePointer?
    try check(git_repository_index(&index, pointer), "The index cannot be read")
    guard let index else { return [] }
    defer { git_index_free(index) }
    try check(git_index_read(index, 1), "The index cannot be read")
    return (0..<git_index_entrycount(index)).compactMap { position in
      guard let found = git_index_get_byindex(index, position) else { return nil }
      // Of a file that a merge left in conflict, our side.
      let stage = git_index_entry_stage(found)
      guard stage == 0 || stage == 2 else { return nil }
      let entry = found.pointee
      let path = UnsafeRawBufferPointer(start: entry.path, count: strlen(entry.path))
      return TreeEntry(path: nameText(path), oid: OID(entry.id), kind: TreeEntry.Kind(mode: entry.mode))
    }
  }
}
