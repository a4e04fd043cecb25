import CLibgit2

/// What libgit2, or the repository, refused.
public struct GitError: Error, Sendable, CustomStringConvertible {
  public enum Reason: Sendable {
    case notFound, notARepository, exists, modified, ambiguous, other
    /// Somebody else is changing the same reference at this moment.
    case locked
    /// Conditions of a repository that its user can mend.
    case shallow, partial, sha256, foreignOwner
  }
  public let reason: Reason
  public let message: String

  public init(_ reason: Reason, _ message: String) {
    self.reason = reason
    self.message = message
  }

  public var description: String { message }

  /// Another was quicker: whoever looks again sees what became of the reference, and may try again.
  public var isLostRace: Bool { reason == .exists || reason == .modified || reason == .locked }
}

/// Turns a libgit2 result into an error. libgit2 keeps its message per thread, so it is read here, right after the call.
@discardableResult
func check(_ code: Int32, _ doing: @autoclosure () -> String) throws(GitError) -> Int32 {
  guard code < 0 else { return code }
  let detail = git_error_last().flatMap { $0.pointee.message }.map { String(cString: $0) }
  let reason: GitError.Reason =
    switch git_error_code(code) {
    case GIT_ENOTFOUND: .notFound
    case GIT_EEXISTS: .exists
    case GIT_EMODIFIED: .modified
    case GIT_EAMBIGUOUS: .ambiguous
    case GIT_ELOCKED: .locked
    default: .other
    }
  throw GitError(reason, detail.map { "\(doing()): \($0)" } ?? doing())
}

/// libgit2 is set up once.
enum LibGit2 {
  static let isReady: Bool = {
    guard git_libgit2_init() > 0 else { return false }
    // Objects are checked when they are written and fetched; checking each again on reading doubles the cost.
    staffrepo_git_set_strict_hash_verification(0)
    // The journal must be on disk before anything is sent.
    staffrepo_git_set_fsync(1)
    return true
  }()
}
