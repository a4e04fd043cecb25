import Access
import RecordSchema
import Roster
import Synchronization

/// The records as of one commit and one day, with the keys in force then and what was already answered from them.
final class Snapshot: Sendable {
  let roster: Roster
  let ring: KeyRing
  let kept = KeptAnswers()
  /// Whether any system signs the hires that it hands over.
  let isSignedFor: Bool

  init(_ roster: Roster) {
    self.roster = roster
    ring = KeyRing(roster.keys, in: roster.configuration.organisation.timeZone)
    isSignedFor = roster.configuration.recruitment.sources.contains { $0.secret != nil }
  }
}

/// The snapshot that requests are answered from now. A request takes it once, and keeps it to its last byte.
final class Present: Sendable {
  private let roster: @Sendable () -> Roster?
  private let last = Mutex<Snapshot?>(nil)

  init(_ roster: @escaping @Sendable () -> Roster?) { self.roster = roster }

  /// `nil` until the branch was read for the first time.
  var snapshot: Snapshot? {
    guard let roster = roster() else { return nil }
    return last.withLock { last in
      if let last, last.roster === roster { return last }
      let snapshot = Snapshot(roster)
      last = snapshot
      return snapshot
    }
  }
}
