import CLibgit2
import Glibc

/// A git repository, open for reading objects and for moving our own references.
///
/// It owns its C handles and frees them. It is not Sendable, so the compiler keeps it to one thread at a time; what it
/// returns are values that never refer back to it.
public final class Repository {
  let pointer: OpaquePointer
  let odb: OpaquePointer
  /// As a git hook's environment says, quarantined objects included.
  private var isFromEnvironment = false
  /// Trees read last, and their size.
  var trees: [OID: RawTree] = [:]
  var treeBytes = 0
  var treeBytesLimit = 16 * 1024 * 1024
  /// What was written since somebody wanted to know.
  var written: [OID]?

  private init(pointer: OpaquePointer) throws(GitError) {
    self.pointer = pointer
    var odb: OpaquePointer?
    let code = git_repository_odb(&odb, pointer)
    guard code == 0, let odb else {
      git_repository_free(pointer)
      throw GitError(.other, "The repository's object database cannot be opened.")
    }
    self.odb = odb
  }

  deinit {
    git_odb_free(odb)
    git_repository_free(pointer)
  }

  /// Opens the repository that holds `path`, or the one that a git hook's environment names (then a push's quarantined
  /// objects are seen as well).
  public convenience init(containing path: String, fromEnvironment: Bool = false) throws(GitError) {
    guard LibGit2.isReady else { throw GitError(.other, "libgit2 could not start.") }
    var pointer: OpaquePointer?
    func open() -> Int32 {
      fromEnvironment
        ? git_repository_open_ext(&pointer, nil, GIT_REPOSITORY_OPEN_FROM_ENV.rawValue, nil)
        : git_repository_open_ext(&pointer, path, 0, nil)
    }
    var code = open()
    if code < 0, Repository.isOwnerFault(code), SafeDirectories.holdEverything {
      // git takes * for every folder; libgit2 1.5 does not know it.
      staffrepo_git_set_owner_validation(0)
      code = open()
    }
    if code < 0 { throw Repository.openFailure(path: path, code: code) }
    guard let pointer else { throw GitError(.notARepository, "\(path) is not a git repository.") }
    try self.init(pointer: pointer)
    isFromEnvironment = fromEnvironment
  }

  /// Opens the same repository again, for another thread.
  public var opener: @Sendable () throws -> Repository {
    let (path, fromEnvironment) = (String(cString: git_repository_path(pointer)), isFromEnvironment)
    return { try Repository(containing: path, fromEnvironment: fromEnvironment) }
  }

  private static func isOwnerFault(_ code: Int32) -> Bool {
    code == GIT_EOWNER.rawValue || lastMessage.contains("safe.directory")
  }

  private static var lastMessage: String {
    git_error_last().flatMap { $0.pointee.message }.map { String(cString: $0) } ?? ""
  }

  private static func openFailure(path: String, code: Int32) -> GitError {
    let detail = lastMessage
    let full = realpath(path, nil).map { resolved in
      defer { free(resolved) }
      return String(cString: resolved)
    }
    let folder = full ?? path
    if isOwnerFault(code) {
      return GitError(
        .foreignOwner,
        "\(folder) belongs to another user, so git refuses to trust it. If you do trust it: git config --global --add safe.directory \(folder)"
      )
    }
    if detail.contains("objectformat") {
      return GitError(
        .sha256,
        "\(folder) names its objects by SHA-256, which libgit2 1.5 cannot read. Make a SHA-1 copy: git init --object-format=sha1 COPY && git -C \(folder) fast-export --all | git -C COPY fast-import"
      )
    }
    if code == GIT_ENOTFOUND.rawValue {
      return GitError(
        .notARepository,
        "\(folder) is not inside a git repository. Go to one, name one with -C DIR, or make one: staffrepo init DIR")
    }
    return GitError(.notARepository, "\(folder) cannot be opened as a git repository: \(detail)")
  }

  public static func create(at path: String, bare: Bool, branch: String) throws(GitError) -> Repository {
    guard LibGit2.isReady else { throw GitError(.other, "libgit2 could not start.") }
    var options = git_repository_init_options()
    git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
    options.flags = GIT_REPOSITORY_INIT_MKPATH.rawValue | (bare ? GIT_REPOSITORY_INIT_BARE.rawValue : 0)
    var pointer: OpaquePointer?
    let code = branch.withCString { name in
      options.initial_head = name
      return git_repository_init_ext(&pointer, path, &options)
    }
    try check(code, "The repository \(path) cannot be made")
    guard let pointer else { throw GitError(.other, "The repository \(path) cannot be made.") }
    return try Repository(pointer: pointer)
  }

  /// The folder of git's own files, with a slash at its end.
  public var gitDirectory: String { String(cString: git_repository_commondir(pointer)) }

  /// The checked-out files' folder, with a slash at its end; `nil` for a bare repository.
  public var workDirectory: String? { git_repository_workdir(pointer).map { String(cString: $0) } }

  public var isShallow: Bool { git_repository_is_shallow(pointer) == 1 }

  /// Made with --filter: some contents are not here, and libgit2 does not fetch them.
  public var isPartial: Bool {
    configuration("extensions.partialclone") != nil || configuration("remote.origin.promisor") != nil
  }

  /// What to say when something of the past is not here.
  func shallow(_ what: String) -> GitError {
    GitError(
      .shallow,
      "\(what) is not in this clone, which is shallow. Fetch the whole history: git fetch --unshallow (in a GitHub workflow: fetch-depth: 0)"
    )
  }

  /// A text from git's configuration (system, user and repository).
  public func configuration(_ name: String) -> String? {
    var config: OpaquePointer?
    guard git_repository_config_snapshot(&config, pointer) == 0, let config else { return nil }
    defer { git_config_free(config) }
    var value: UnsafePointer<CChar>?
    guard git_config_get_string(&value, config, name) == 0, let value else { return nil }
    return String(cString: value)
  }

  /// Writes a setting into the repository's own configuration.
  public func setConfiguration(_ name: String, _ value: String) throws(GitError) {
    var config: OpaquePointer?
    try check(git_repository_config(&config, pointer), "The repository's configuration cannot be opened")
    defer { git_config_free(config) }
    try check(git_config_set_string(config, name, value), "The setting \(name) cannot be written")
  }

  /// The reference that a symbolic one stands for; `nil` for others.
  public func symbolicTarget(of name: String) -> String? {
    var reference: OpaquePointer?
    guard git_reference_lookup(&reference, pointer, name) == 0, let reference else { return nil }
    defer { git_reference_free(reference) }
    return git_reference_symbolic_target(reference).map { String(cString: $0) }
  }

  /// The commit that the branch at HEAD follows on a remote, as far as it was fetched.
  public var upstream: OID? {
    guard let head = headReference else { return nil }
    var name = git_buf()
    defer { git_buf_dispose(&name) }
    // Where none is set, the branch of the same name on the remote from which one mostly clones.
    let known = git_branch_upstream_name(&name, pointer, head) == 0 ? name.ptr.map { String(cString: $0) } : nil
    return (try? target(of: known ?? "refs/remotes/origin/" + head.dropFirst("refs/heads/".count))) ?? nil
  }

  /// A path from git's configuration: `~` is the user's home, and what is relative starts where hooks run.
  public func configurationPath(_ name: String) -> String? {
    var config: OpaquePointer?
    guard git_repository_config_snapshot(&config, pointer) == 0, let config else { return nil }
    defer { git_config_free(config) }
    var buffer = git_buf()
    defer { git_buf_dispose(&buffer) }
    guard git_config_get_path(&buffer, config, name) == 0, let text = buffer.ptr else { return nil }
    let path = String(cString: text)
    return path.hasPrefix("/") ? path : (workDirectory ?? gitDirectory) + path
  }

  /// The full name of what HEAD points at, such as `refs/heads/main`, whether it exists or not.
  public var headReference: String? {
    var reference: OpaquePointer?
    guard git_reference_lookup(&reference, pointer, "HEAD") == 0, let reference else { return nil }
    defer { git_reference_free(reference) }
    return git_reference_symbolic_target(reference).map { String(cString: $0) }
  }
}
