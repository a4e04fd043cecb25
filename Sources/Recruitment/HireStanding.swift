import Catalogue
import GitStore
import RecordSchema
import Records

/// What became of a hire, as the branch, the reviews and the log of imports have it.
enum HireStanding {
  case accepted(Person)
  /// Accepted once; the record is gone since.
  case removed(ImportLog.Hire)
  case waiting(PendingHire)
  /// It waited, and its branch is gone without anybody taken in.
  case turnedDown(ImportLog.Hire)
  case unknown
}

extension HiringGround {
  /// - Parameter earlier: what the source said last.
  /// - Parameter former: the ids whose records are gone.
  func standing(_ key: SourceKey, _ earlier: ImportLog.Hire?, former: Set<Int>) throws -> HireStanding {
    if let (person, _) = try accepted(key) { return .accepted(person) }
    if let hire = pending(key) { return .waiting(hire) }
    guard let earlier else { return .unknown }
    if former.contains(earlier.person) { return .removed(earlier) }
    // Whoever merged it may have taken out where it came from.
    if let commit = earlier.commit.flatMap({ OID($0) }), isMerged(commit),
      var person = try holders(of: .personID, String(earlier.person)).first
    {
      person.id = PersonID(earlier.person)
      return .accepted(person)
    }
    return .turnedDown(earlier)
  }

  /// What nobody merged may be collected by git, and is not there then.
  private func isMerged(_ commit: OID) -> Bool {
    guard let tip = source.commit else { return false }
    return (try? source.repository.mergeBase(of: tip, and: commit)) == commit
  }
}
