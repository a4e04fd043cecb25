import FileStore
import GitStore
import RecordSchema
import Synchronization
import Workers

/// Follows a branch and the calendar on a thread of its own, and always has the roster of now.
///
/// A push shows at once, by the change of a file, or else at a look every second; a day at its first instant in the
/// organisation's zone. While a commit cannot be read the last roster stays, and `problem` says why.
public final class RosterFollower: Sendable {
  /// How to look at a repository.
  public struct Source: Sendable {
    /// Opens the repository, for one thread.
    public var open: @Sendable () throws -> Repository
    /// The branch that counts, without `refs/heads/`.
    public var branch: @Sendable (Repository) throws -> String
    /// Where catalogues are kept between runs; `nil`: nowhere.
    public var cache: String?
    public var clock: @Sendable () -> Instant

    public init(
      open: @escaping @Sendable () throws -> Repository, branch: @escaping @Sendable (Repository) throws -> String,
      cache: String?, clock: @escaping @Sendable () -> Instant
    ) {
      (self.open, self.branch, self.cache, self.clock) = (open, branch, cache, clock)
    }
  }

  /// Why the roster is not that of the branch.
  public struct Trouble: Sendable, Equatable {
    public let text: String
    public let since: Instant
  }

  private let desk: FollowerDesk
  private let thread: Mutex<OwnThread?>
  private let history = Mutex<History?>(nil)

  /// Begins to follow. The first roster is there when everybody has been read; until then `roster` is `nil`.
  public init(_ source: Source) throws {
    guard let bell = Pipe() else {
      throw RosterError(description: "There are no descriptors left to follow the branch.")
    }
    let desk = FollowerDesk(source, bell)
    self.desk = desk
    do {
      thread = Mutex(try OwnThread { desk.work() })
    } catch {
      throw RosterError(description: "No thread can be started to follow the branch (\(error)).")
    }
  }

  deinit { stop() }

  /// The newest that could be read; `nil` until there is one.
  public var roster: Roster? { desk.state.withLock { $0.roster } }

  /// Why the roster is not that of the branch, and since when; `nil` while all is well.
  public var problem: Trouble? { desk.state.withLock { $0.problem } }

  /// When the branch was compared with the roster last.
  public var lookedAt: Instant? { desk.state.withLock { $0.lookedAt } }

  /// Looks at the branch now, and not only when a file tells or a second is over.
  public func look() { desk.ring() }

  // MARK: The past

  /// What a consumer has to be told who knows the branch as it was once. What was asked before is answered from memory.
  ///
  /// It may have to read from git, one caller after the other: not for a thread on which others wait.
  ///
  /// - Throws: ``StaleCopy`` when nobody can tell, and the consumer has to fetch everything.
  public func changes(since: Since, _ query: StaffQuery, _ sight: Sight) throws -> StaffChanges {
    guard let now = roster else { throw RosterError(description: problem?.text ?? "Everybody is still being read.") }
    let archive = desk.archive
    let question = Archive.Question(since: since, query: query, sight: sight)
    if let answer = archive.answer(question, now: now) { return answer }
    let past = try archive.past(since, now: now) ?? past(since, now)
    let answer = past.changes(to: now, query, sight)
    archive.keep(answer, of: question)
    return answer
  }

  private func past(_ since: Since, _ now: Roster) throws -> Past {
    try history.withLock { history in
      let archive = desk.archive
      // Somebody else may have asked the same meanwhile.
      if let past = archive.past(since, now: now) { return past }
      let known = try history ?? History(desk.source)
      history = known
      do {
        let past = try known.past(since, now: now, served: archive.servings)
        archive.keep(past, of: since, now: now)
        return past
      } catch let error as StaleCopy {
        throw error
      } catch {
        history = nil
        throw error
      }
    }
  }

  /// Ends the thread, and waits for what it is doing.
  public func stop() {
    desk.isEnding.store(true, ordering: .relaxed)
    desk.ring()
    let running = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    running?.join()
  }
}
