import CLibgit2
import Glibc

/// A tree with some of its files changed.
extension Repository {
  /// Writes the tree that results when files of `base` are put in place or taken out; folders come and go with them.
  ///
  /// - Parameter files: paths in the whole tree, each once; without a blob, the file goes.
  public func tree(_ base: OID, changing files: [(path: String, blob: OID?)]) throws(GitError) -> OID {
    guard !files.isEmpty else { return base }
    var raw = base.raw
    var baseline: OpaquePointer?
    try check(git_tree_lookup(&baseline, pointer, &raw), "Tree \(base) cannot be read")
    defer { git_tree_free(baseline) }
    let paths = files.map { strdup($0.path) }
    defer { for path in paths { free(path) } }
    let updates = zip(files, paths).map { file, path in
      git_tree_update(
        action: file.blob == nil ? GIT_TREE_UPDATE_REMOVE : GIT_TREE_UPDATE_UPSERT, id: (file.blob ?? .zero).raw,
        filemode: GIT_FILEMODE_BLOB, path: path)
    }
    var tree = git_oid()
    try check(
      git_tree_create_updated(&tree, pointer, baseline, updates.count, updates), "A tree cannot be written")
    try makeSure(tree)
    return OID(tree)
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
