import CLibgit2

/// A commit's facts.
public struct CommitInfo: Sendable {
  public let oid: OID
  public let tree: OID
  public let parents: [OID]
  /// Unix seconds of the committer's date.
  public let time: Int64
  public let authorName: String
  public let authorEmail: String
  public let summary: String
}

extension Repository {
  /// What a revision such as `HEAD~2`, `main` or an object id names, as a commit.
  public func commit(named revision: String) throws(GitError) -> OID {
    var object: OpaquePointer?
    let code = git_revparse_single(&object, pointer, revision)
    guard code == 0, let object else {
      if isShallow { throw shallow("'\(revision)'") }
      throw GitError(.notFound, "'\(revision)' names no commit in this repository.")
    }
    defer { git_object_free(object) }
    var peeled: OpaquePointer?
    guard git_object_peel(&peeled, object, GIT_OBJECT_COMMIT) == 0, let peeled else {
      throw GitError(.notFound, "'\(revision)' is not a commit.")
    }
    defer { git_object_free(peeled) }
    return OID(git_object_id(peeled).pointee)
  }

  public func info(of oid: OID) throws(GitError) -> CommitInfo {
    var raw = oid.raw
    var commit: OpaquePointer?
    do {
      try check(git_commit_lookup(&commit, pointer, &raw), "Commit \(oid) cannot be read")
    } catch {
      guard isShallow else { throw error }
      throw shallow("Commit \(oid.short)")
    }
    guard let commit else { throw GitError(.notFound, "Commit \(oid) is missing.") }
    defer { git_commit_free(commit) }
    let parents = (0..<git_commit_parentcount(commit)).map { OID(git_commit_parent_id(commit, $0).pointee) }
    let author = git_commit_author(commit).pointee
    return CommitInfo(
      oid: oid, tree: OID(git_commit_tree_id(commit).pointee), parents: parents,
      // A commit may claim any time; calendars end at the year 9999.
      time: min(max(git_commit_time(commit), -62_135_596_800), 253_402_300_799),
      authorName: String(cString: author.name),
      authorEmail: String(cString: author.email),
      summary: git_commit_summary(commit).map { String(cString: $0) } ?? "")
  }

  public func message(of oid: OID) throws(GitError) -> String {
    var raw = oid.raw
    var commit: OpaquePointer?
    try check(git_commit_lookup(&commit, pointer, &raw), "Commit \(oid) cannot be read")
    guard let commit else { throw GitError(.notFound, "Commit \(oid) is missing.") }
    defer { git_commit_free(commit) }
    return git_commit_message(commit).map { String(cString: $0) } ?? ""
  }

  /// Where two commits' histories part; `nil` when they share none.
  public func mergeBase(of one: OID, and other: OID) throws(GitError) -> OID? {
    var (first, second, base) = (one.raw, other.raw, git_oid())
    let code = git_merge_base(&base, pointer, &first, &second)
    // Where the past is missing, nobody can say that there is none in common.
    if code != 0, isShallow { throw shallow("The commit in which \(one.short) and \(other.short) parted") }
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try check(code, "The histories of \(one.short) and \(other.short) cannot be compared")
    return OID(base)
  }

  /// An object's bytes.
  public func blob(_ oid: OID) throws(GitError) -> [UInt8] {
    var raw = oid.raw
    var object: OpaquePointer?
    let code = git_odb_read(&object, odb, &raw)
    if code == GIT_ENOTFOUND.rawValue, isPartial {
      throw GitError(
        .partial,
        "The content \(oid.short) is not in this clone, which was made with --filter. Fetch everything: git fetch --refetch --no-filter, or clone again without --filter"
      )
    }
    try check(code, "Object \(oid) cannot be read")
    guard let object else { throw GitError(.notFound, "Object \(oid) is missing.") }
    defer { git_odb_object_free(object) }
    let bytes = UnsafeRawBufferPointer(start: git_odb_object_data(object), count: git_odb_object_size(object))
    return Array(bytes)
  }

  /// An object's size in bytes. Its content is not read.
  public func size(of oid: OID) throws(GitError) -> Int {
    var raw = oid.raw
    var size = 0
    var type = GIT_OBJECT_ANY
    try check(git_odb_read_header(&size, &type, odb, &raw), "Object \(oid) cannot be read")
    return size
  }

  /// The commits that can be reached from `tip` and not from `base`, oldest first.
  public func commits(from base: OID, to tip: OID) throws(GitError) -> [OID] {
    var walk: OpaquePointer?
    try check(git_revwalk_new(&walk, pointer), "The commits cannot be walked")
    guard let walk else { return [] }
    defer { git_revwalk_free(walk) }
    git_revwalk_sorting(walk, GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_REVERSE.rawValue)
    var (first, last, next) = (base.raw, tip.raw, git_oid())
    try check(git_revwalk_push(walk, &last), "Commit \(tip.short) cannot be walked from")
    try check(git_revwalk_hide(walk, &first), "Commit \(base.short) cannot be walked from")
    var commits: [OID] = []
    while true {
      let code = git_revwalk_next(&next, walk)
      if code == GIT_ITEROVER.rawValue { return commits }
      try check(code, "The commits between \(base.short) and \(tip.short) cannot be walked")
      commits.append(OID(next))
    }
  }

  /// The commits after `base` up to `tip` along first parents, oldest first; `nil` when `base` is not on that line. With
  /// no base: from the root on.
  public func firstParentChain(from base: OID?, to tip: OID) throws(GitError) -> [OID]? {
    var chain: [OID] = []
    var current: OID? = tip
    while let oid = current, oid != base {
      chain.append(oid)
      current = try info(of: oid).parents.first
    }
    if base != nil, current == nil { return nil }
    return chain.reversed()
  }
}
