import CLibgit2

/// Files as commits of a branch of their own.
extension Repository {
  public func writeBlob(_ bytes: [UInt8]) throws(GitError) -> OID {
    var blob = git_oid()
    try check(git_blob_create_from_buffer(&blob, pointer, bytes, bytes.count), "A file cannot be stored")
    try makeSure(blob)
    return OID(blob)
  }

  /// A folder of files that are stored already. Names have no slashes.
  public func writeTree(of files: [(name: String, blob: OID)]) throws(GitError) -> OID {
    var builder: OpaquePointer?
    try check(git_treebuilder_new(&builder, pointer, nil), "A tree cannot be written")
    guard let builder else { throw GitError(.other, "A tree cannot be written.") }
    defer { git_treebuilder_free(builder) }
    for file in files {
      var blob = file.blob.raw
      try check(
        git_treebuilder_insert(nil, builder, file.name, &blob, GIT_FILEMODE_BLOB), "A tree cannot be written")
    }
    var tree = git_oid()
    try check(git_treebuilder_write(&tree, builder), "A tree cannot be written")
    try makeSure(tree)
    return OID(tree)
  }

  /// Somebody has the branch checked out, here or in a linked work tree.
  public func isCheckedOut(branch: String) -> Bool {
    var reference: OpaquePointer?
    guard git_reference_lookup(&reference, pointer, "refs/heads/\(branch)") == 0 else {
      return workDirectory != nil && headReference == "refs/heads/\(branch)"
    }
    defer { git_reference_free(reference) }
    return workDirectory != nil && headReference == "refs/heads/\(branch)" || git_branch_is_checked_out(reference) == 1
  }
}
