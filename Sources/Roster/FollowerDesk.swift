import Catalogue
import FileStore
import GitStore
import Glibc
import Journal
import RecordSchema
import Records
import Synchronization

/// What a follower's thread and everybody else see.
final class FollowerDesk: Sendable {
  struct State {
    var roster: Roster?
    var problem: RosterFollower.Trouble?
    var lookedAt: Instant?
  }

  let state = Mutex(State())
  let isEnding = Atomic(false)
  let archive = Archive()
  let source: RosterFollower.Source
  private let bell: Pipe

  init(_ source: RosterFollower.Source, _ bell: Pipe) {
    (self.source, self.bell) = (source, bell)
    _ = fcntl(bell.reading, F_SETFL, O_NONBLOCK)
    _ = fcntl(bell.writing, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(bell.reading)
    close(bell.writing)
  }

  func ring() {
    var byte: UInt8 = 1
    _ = write(bell.writing, &byte, 1)
  }

  /// The thread.
  func work() {
    let watch = BranchWatch()
    var following: Following?
    var failures: Int32 = 0
    while !isEnding.load(ordering: .relaxed) {
      watch.drain()
      let now = source.clock()
      do {
        let current = try following ?? Following(source, watch)
        following = current
        let roster = try current.look(at: now)
        failures = 0
        if state.withLock({ $0.roster !== roster }) { archive.take(roster, at: now) }
        state.withLock { state in
          state.roster = roster
          state.problem = nil
          state.lookedAt = now
        }
      } catch {
        // The handle may be what is broken: objects that were repacked away, a repository that was moved.
        failures += 1
        following?.reopen()
        // Or what was read with it: then everybody is read anew.
        if failures >= 3 { following = nil }
        state.withLock { state in
          let text = "\(error)"
          if state.problem?.text != text {
            state.problem = RosterFollower.Trouble(text: text, since: state.problem?.since ?? now)
          }
        }
      }
      // A failure may have cost the reading of everybody: the next try waits longer, unless something changes.
      wait(watch.descriptor, milliseconds: min(10, max(1, failures)) * 1000)
    }
  }

  private func wait(_ descriptor: Int32, milliseconds: Int32) {
    var waited = [bell.reading, descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    poll(&waited, nfds_t(waited.count), milliseconds)
    var rest = [UInt8](repeating: 0, count: 64)
    while read(bell.reading, &rest, rest.count) > 0 {}
  }
}

/// The thread's own: a handle of the repository, and the roster that it made last.
private final class Following {
  private let source: RosterFollower.Source
  private let watch: BranchWatch
  private var reader: RosterReader
  private var known: RosterReader.Known?

  init(_ source: RosterFollower.Source, _ watch: BranchWatch) throws {
    (self.source, self.watch) = (source, watch)
    reader = try RosterReader(source)
  }

  func reopen() {
    if let reader = try? RosterReader(source) { self.reader = reader }
  }

  func look(at now: Instant) throws -> Roster {
    let branch = try source.branch(reader.repository)
    watch.follow(branch, in: reader.repository.gitDirectory)
    guard let tip = try reader.repository.target(of: "refs/heads/\(branch)") else {
      throw RosterError(description: "The branch \(branch) has no commits. Commit the records, or push them.")
    }
    if let roster = known?.roster, roster.oid == tip,
      roster.asOf == roster.configuration.organisation.timeZone.date(at: now)
    {
      return roster
    }
    let next = try reader.roster(of: tip, on: { $0.date(at: now) }, from: known)
    known = next
    return next.roster
  }
}

extension RosterReader {
  convenience init(_ source: RosterFollower.Source) throws {
    let repository = try source.open()
    let catalogues = source.cache.map { CatalogueStore(folder: $0) }
    self.init(repository, PublishedLine(repository, entries: JournalEntries(), catalogues: catalogues))
  }
}

extension History {
  convenience init(_ source: RosterFollower.Source) throws {
    let reader = try RosterReader(source)
    self.init(reader.repository, reader)
  }
}
