import Catalogue
import GitStore
import RecordSchema
import Records

/// What became of a hire, as the branch, the reviews and the log of imports have it.
enum HireStanding {
  case accepted(Person)
  /// Accepted once; the record is gone since.
  case removed(PersonID)
  case waiting(PendingHire)
  /// It waited, and its branch is gone without anybody taken in.
  case turnedDown(ImportLog.Hire)
  case unknown
}

extension HiringGround {
  /// - Parameter earlier: what the source said last.
  /// - Parameter former: the ids whose records are gone.
  func standing(
    of hire: NewHire, _ key: SourceKey, _ earlier: ImportLog.Hire?, former: Set<Int>
  ) throws -> HireStanding {
    if let (person, _) = try accepted(key) { return .accepted(person) }
    let pending = pending(key)
    // Also of a branch that is still there: what was merged otherwise, and is gone since, can be merged no more.
    if let id = pending?.person.id.rawValue ?? earlier?.person, former.contains(id) { return .removed(PersonID(id)) }
    if let pending { return .waiting(pending) }
    guard let earlier else { return .unknown }
    return try unnamed(earlier, hire).map(HireStanding.accepted) ?? .turnedDown(earlier)
  }

  /// Who has the id that a hire was given: whoever merged it may have taken out where it came from. Not somebody else, to whom
  /// the number was given by hand.
  private func unnamed(_ earlier: ImportLog.Hire, _ hire: NewHire) throws -> Person? {
    guard var person = try holders(of: .personID, String(earlier.person)).first else { return nil }
    let isNamesake = [(hire[.firstName], person.firstName), (hire[.lastName], person.lastName)].contains { $0 == $1 }
    guard isNamesake || earlier.commit.flatMap({ OID($0) }).map(isMerged) ?? false else { return nil }
    person.id = PersonID(earlier.person)
    return person
  }

  /// What nobody merged may be collected by git, and is not there then.
  private func isMerged(_ commit: OID) -> Bool {
    guard let tip = source.commit else { return false }
    return (try? source.repository.mergeBase(of: tip, and: commit)) == commit
  }
}
