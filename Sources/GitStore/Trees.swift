import CLibgit2

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
    let child = Child(
      name: "", oid: OID(git_tree_entry_id(found).pointee), mode: git_tree_entry_filemode(found).rawValue)
    return (child.oid, child.isTree, child.kind)
  }

  /// Calls `body` for each file of a tree, in git's order.
  public func walk(tree oid: OID, prefix: String = "", _ body: (TreeEntry) throws -> Void) throws {
    for child in try children(of: oid) {
      let path = prefix + child.name
      if child.isTree {
        try walk(tree: child.oid, prefix: path + "/", body)
      } else {
        try body(TreeEntry(path: path, oid: child.oid, kind: child.kind))
      }
    }
  }

  /// What differs between two trees. Folders with the same id are never opened, so the cost is that of the change; with
  /// libgit2's own diff it would be that of the whole tree.
  public func changes(from old: OID?, to new: OID?, prefix: String = "") throws -> [TreeChange] {
    var result: [TreeChange] = []
    try collectChanges(from: old, to: new, prefix: prefix, into: &result)
    return result
  }

  private func collectChanges(from old: OID?, to new: OID?, prefix: String, into result: inout [TreeChange])
    throws
  {
    guard old != new else { return }
    let before = try old.map { try children(of: $0) } ?? []
    let after = try new.map { try children(of: $0) } ?? []
    var (left, right) = (before[...], after[...])
    while left.first != nil || right.first != nil {
      let order = compare(left.first, right.first)
      let gone = order <= 0 ? left.popFirst() : nil
      let come = order >= 0 ? right.popFirst() : nil
      if let gone, let come, gone.oid == come.oid, gone.mode == come.mode { continue }
      let path = prefix + (gone ?? come).map(\.name).orEmpty
      let oldTree = gone.flatMap { $0.isTree ? $0.oid : nil }
      let newTree = come.flatMap { $0.isTree ? $0.oid : nil }
      if oldTree != nil || newTree != nil {
        try collectChanges(from: oldTree, to: newTree, prefix: path + "/", into: &result)
      }
      let oldFile = gone.flatMap { $0.isTree ? nil : TreeEntry(path: path, oid: $0.oid, kind: $0.kind) }
      let newFile = come.flatMap { $0.isTree ? nil : TreeEntry(path: path, oid: $0.oid, kind: $0.kind) }
      if oldFile != nil || newFile != nil {
        result.append(TreeChange(path: path, old: oldFile, new: newFile))
      }
    }
  }

  /// By name alone: a file and a folder of the same name meet in one step.
  private func compare(_ left: Child?, _ right: Child?) -> Int {
    guard let left else { return 1 }
    guard let right else { return -1 }
    if left.name == right.name { return 0 }
    return left.name.utf8.lexicographicallyPrecedes(right.name.utf8) ? -1 : 1
  }

  private func children(of oid: OID) throws -> [Child] {
    var raw = oid.raw
    var tree: OpaquePointer?
    try check(git_tree_lookup(&tree, pointer, &raw), "Tree \(oid) cannot be read")
    guard let tree else { throw GitError(.notFound, "Tree \(oid) is missing.") }
    defer { git_tree_free(tree) }
    var isSorted = true
    var children: [Child] = []
    let count = git_tree_entrycount(tree)
    children.reserveCapacity(count)
    for index in 0..<count {
      guard let entry = git_tree_entry_byindex(tree, index) else { continue }
      let mode = git_tree_entry_filemode(entry)
      let child = Child(
        name: String(cString: git_tree_entry_name(entry)), oid: OID(git_tree_entry_id(entry).pointee),
        mode: mode.rawValue)
      if isSorted, let last = children.last, !last.name.utf8.lexicographicallyPrecedes(child.name.utf8) {
        isSorted = false
      }
      children.append(child)
    }
    // git sorts folders as if their names ended in a slash.
    if !isSorted { children.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }
    return children
  }

  private struct Child {
    let name: String
    let oid: OID
    let mode: UInt32

    var isTree: Bool { mode == GIT_FILEMODE_TREE.rawValue }

    var kind: TreeEntry.Kind {
      switch mode {
      case GIT_FILEMODE_BLOB_EXECUTABLE.rawValue: .executable
      case GIT_FILEMODE_LINK.rawValue: .symbolicLink
      case GIT_FILEMODE_COMMIT.rawValue: .submodule
      default: .file
      }
    }
  }

  /// The files of the index, as `git commit` would take them.
  public func indexEntries() throws(GitError) -> [TreeEntry] {
    var index: OpaquePointer?
    try check(git_repository_index(&index, pointer), "The index cannot be read")
    guard let index else { return [] }
    defer { git_index_free(index) }
    try check(git_index_read(index, 1), "The index cannot be read")
    return (0..<git_index_entrycount(index)).compactMap { position in
      guard let entry = git_index_get_byindex(index, position)?.pointee else { return nil }
      let kind = Child(name: "", oid: .zero, mode: entry.mode).kind
      return TreeEntry(path: String(cString: entry.path), oid: OID(entry.id), kind: kind)
    }
  }
}

extension Optional where Wrapped == String {
  fileprivate var orEmpty: String { self ?? "" }
}
