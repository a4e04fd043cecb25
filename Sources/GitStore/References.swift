import CLibgit2

/// Who makes a commit, and when.
public struct Signature: Sendable {
  public let name: String
  public let email: String
  /// Unix seconds.
  public let time: Int64

  public init(name: String, email: String, time: Int64) {
    self.name = name
    self.email = email
    self.time = time
  }
}

extension Repository {
  /// What a reference points at; `nil` when it is not there.
  public func target(of name: String) throws(GitError) -> OID? {
    var raw = git_oid()
    let code = git_reference_name_to_id(&raw, pointer, name)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try check(code, "Reference \(name) cannot be read")
    return OID(raw)
  }

  /// The names of all branches.
  public func branches() throws(GitError) -> [String] {
    var iterator: OpaquePointer?
    try check(git_reference_iterator_glob_new(&iterator, pointer, "refs/heads/*"), "The branches cannot be listed")
    defer { git_reference_iterator_free(iterator) }
    var names: [String] = []
    var name: UnsafePointer<CChar>?
    while git_reference_next_name(&name, iterator) == 0, let found = name {
      names.append(String(String(cString: found).dropFirst("refs/heads/".count)))
    }
    return names
  }

  /// The names of all references below a prefix such as `refs/heads/recruitment/`, sorted.
  public func references(below prefix: String) throws(GitError) -> [String] {
    var iterator: OpaquePointer?
    try check(git_reference_iterator_glob_new(&iterator, pointer, prefix + "*"), "The references cannot be listed")
    defer { git_reference_iterator_free(iterator) }
    var names: [String] = []
    var name: UnsafePointer<CChar>?
    while git_reference_next_name(&name, iterator) == 0, let found = name { names.append(String(cString: found)) }
    return names.sorted()
  }

  /// Moves a reference if it still points where `expected` says, or makes it if nothing is expected. Otherwise it throws an
  /// error of which `isLostRace` holds.
  public func move(_ name: String, to target: OID, expected: OID?, log: String) throws(GitError) {
    guard let expected else { return try create(name, at: target, log: log) }
    var (raw, old) = (target.raw, expected.raw)
    var reference: OpaquePointer?
    try check(
      git_reference_create_matching(&reference, pointer, name, &raw, 1, &old, log),
      "Reference \(name) cannot be moved")
    git_reference_free(reference)
  }

  /// The same; `false` when another was quicker.
  public func movesFirst(_ name: String, to target: OID, expected: OID?, log: String) throws(GitError) -> Bool {
    do {
      try move(name, to: target, expected: expected, log: log)
      return true
    } catch {
      guard error.isLostRace else { throw error }
      return false
    }
  }

  /// Looks while holding the reference's lock: libgit2's own creation looks before it locks, so that of two who create the
  /// same reference at once the second would win over the first.
  private func create(_ name: String, at target: OID, log: String) throws(GitError) {
    var transaction: OpaquePointer?
    try check(git_transaction_new(&transaction, pointer), "Reference \(name) cannot be made")
    defer { git_transaction_free(transaction) }
    try check(git_transaction_lock_ref(transaction, name), "Reference \(name) cannot be made")
    if try self.target(of: name) != nil { throw GitError(.exists, "Reference \(name) is there already.") }
    var raw = target.raw
    try check(git_transaction_set_target(transaction, name, &raw, nil, log), "Reference \(name) cannot be made")
    try check(git_transaction_commit(transaction), "Reference \(name) cannot be made")
  }

  /// Stores a folder of files as a tree. Names have no slashes.
  public func writeTree(_ files: [(name: String, bytes: [UInt8])]) throws(GitError) -> OID {
    var builder: OpaquePointer?
    try check(git_treebuilder_new(&builder, pointer, nil), "A tree cannot be written")
    guard let builder else { throw GitError(.other, "A tree cannot be written.") }
    defer { git_treebuilder_free(builder) }
    for file in files {
      var blob = git_oid()
      try check(
        git_blob_create_from_buffer(&blob, pointer, file.bytes, file.bytes.count), "A file cannot be stored")
      try makeSure(blob)
      try check(
        git_treebuilder_insert(nil, builder, file.name, &blob, GIT_FILEMODE_BLOB), "A tree cannot be written")
    }
    var tree = git_oid()
    try check(git_treebuilder_write(&tree, builder), "A tree cannot be written")
    try makeSure(tree)
    return OID(tree)
  }

  /// Writes a commit object; no reference moves.
  public func writeCommit(
    tree: OID, parents: [OID], signature: Signature, message: String
  ) throws(GitError) -> OID {
    var who: UnsafeMutablePointer<git_signature>?
    try check(
      git_signature_new(&who, signature.name, signature.email, signature.time, 0), "The signature is invalid")
    defer { git_signature_free(who) }
    var rawTree = tree.raw
    var treePointer: OpaquePointer?
    try check(git_tree_lookup(&treePointer, pointer, &rawTree), "Tree \(tree) cannot be read")
    defer { git_tree_free(treePointer) }
    var parentPointers: [OpaquePointer?] = []
    defer { for parent in parentPointers { git_commit_free(parent) } }
    for parent in parents {
      var raw = parent.raw
      var commit: OpaquePointer?
      try check(git_commit_lookup(&commit, pointer, &raw), "Commit \(parent) cannot be read")
      parentPointers.append(commit)
    }
    var oid = git_oid()
    let code = parentPointers.withUnsafeMutableBufferPointer { parents in
      git_commit_create(
        &oid, pointer, nil, who, who, nil, message, treePointer, parents.count, parents.baseAddress)
    }
    try check(code, "A commit cannot be written")
    try makeSure(oid)
    return OID(oid)
  }

  /// libgit2 1.5 may say that an object was written although the disk refused it.
  func makeSure(_ oid: git_oid) throws(GitError) {
    written?.append(OID(oid))
    var oid = oid
    var database: OpaquePointer?
    try check(git_repository_odb(&database, pointer), "The objects cannot be read")
    defer { git_odb_free(database) }
    guard git_odb_exists(database, &oid) == 1 else {
      throw GitError(
        .other,
        "An object cannot be written into \(gitDirectory)objects: is the disk full, or failing? Nothing was published; when there is room, publish again."
      )
    }
  }
}
