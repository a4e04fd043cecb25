import CLibgit2

/// A tree with some of its files changed.
extension Repository {
  /// Writes the tree that results when files of `base` are put in place or taken out; folders come and go with them.
  ///
  /// - Parameter files: paths in the whole tree, each once; without a blob, the file goes.
  public func tree(_ base: OID, changing files: [(path: String, blob: OID?)]) throws(GitError) -> OID {
    guard !files.isEmpty else { return base }
    if let tree = try folder(base, changing: files.map { ($0.path[...], $0.blob) }) { return tree }
    return try writeTree([])
  }

  /// - Returns: `nil` when nothing is left.
  private func folder(_ base: OID?, changing files: [(path: Substring, blob: OID?)]) throws(GitError) -> OID? {
    var tree: OpaquePointer?
    defer { git_tree_free(tree) }
    if let base {
      var raw = base.raw
      try check(git_tree_lookup(&tree, pointer, &raw), "Tree \(base) cannot be read")
    }
    var builder: OpaquePointer?
    try check(git_treebuilder_new(&builder, pointer, tree), "A tree cannot be written")
    guard let builder else { throw GitError(.other, "A tree cannot be written.") }
    defer { git_treebuilder_free(builder) }
    var folders: [Substring: [(path: Substring, blob: OID?)]] = [:]
    for file in files {
      guard let slash = file.path.firstIndex(of: "/") else {
        try put(file.blob, GIT_FILEMODE_BLOB, at: String(file.path), builder)
        continue
      }
      folders[file.path[..<slash], default: []].append((file.path[file.path.index(after: slash)...], file.blob))
    }
    for (name, inner) in folders {
      let entry = git_treebuilder_get(builder, String(name))
      let isFolder = entry.map { git_tree_entry_filemode($0) == GIT_FILEMODE_TREE } ?? false
      let old = isFolder ? entry.flatMap { git_tree_entry_id($0) }.map { OID($0.pointee) } : nil
      try put(folder(old, changing: inner), GIT_FILEMODE_TREE, at: String(name), builder)
    }
    guard git_treebuilder_entrycount(builder) > 0 else { return nil }
    var oid = git_oid()
    try check(git_treebuilder_write(&oid, builder), "A tree cannot be written")
    try makeSure(oid)
    return OID(oid)
  }

  private func put(_ oid: OID?, _ mode: git_filemode_t, at name: String, _ builder: OpaquePointer) throws(GitError) {
    guard let oid else {
      if git_treebuilder_get(builder, name) != nil {
        try check(git_treebuilder_remove(builder, name), "A tree cannot be written")
      }
      return
    }
    var raw = oid.raw
    try check(git_treebuilder_insert(nil, builder, name, &raw, mode), "A tree cannot be written")
  }

  /// Stores what files hold; a file without bytes stays without a blob.
  public func storing(_ files: [(path: String, bytes: [UInt8]?)]) throws(GitError) -> [(path: String, blob: OID?)] {
    var stored: [(path: String, blob: OID?)] = []
    for file in files {
      stored.append((file.path, try file.bytes.map { bytes throws(GitError) in try writeBlob(bytes) }))
    }
    return stored
  }

  /// The first file that lies in a folder itself.
  public func firstFile(in folder: OID) throws(GitError) -> OID? {
    var raw = folder.raw
    var tree: OpaquePointer?
    try check(git_tree_lookup(&tree, pointer, &raw), "Tree \(folder) cannot be read")
    defer { git_tree_free(tree) }
    for number in 0..<git_tree_entrycount(tree) {
      let entry = git_tree_entry_byindex(tree, number)
      if git_tree_entry_filemode(entry) == GIT_FILEMODE_BLOB { return git_tree_entry_id(entry).map { OID($0.pointee) } }
    }
    return nil
  }
}
