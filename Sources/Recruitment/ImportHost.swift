import GitStore
import Proposals
import RecordSchema

/// What the host lends to imports. No pushed file decides any of it.
public struct ImportHost: Sendable {
  /// Opens the repository for one thread.
  public var open: @Sendable () throws -> Repository
  /// The branch that counts.
  public var branch: @Sendable (Repository) throws -> String
  /// `<git dir>/staffrepo`
  public var folder: String
  /// Where what was read is kept between runs; `nil`: nowhere.
  public var cacheFolder: String?
  public var judge: ChangeJudge
  /// What a reference stands for; throws, without naming any value, when it is not there.
  public var secret: @Sendable (SecretReference) throws -> String
  /// Has the publisher look at the branch.
  public var wake: @Sendable () -> Void
  /// Tells the operator what went wrong; whoever sent the hire is not told.
  public var complain: @Sendable (String) -> Void = { _ in }

  public init(
    open: @escaping @Sendable () throws -> Repository, branch: @escaping @Sendable (Repository) throws -> String,
    folder: String, cacheFolder: String?, judge: ChangeJudge,
    secret: @escaping @Sendable (SecretReference) throws -> String, wake: @escaping @Sendable () -> Void = {}
  ) {
    self.open = open
    self.branch = branch
    self.folder = folder
    self.cacheFolder = cacheFolder
    self.judge = judge
    self.secret = secret
    self.wake = wake
  }
}
