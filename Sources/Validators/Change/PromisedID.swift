import RecordSchema
import Records

/// The id of somebody who waits in review is nobody else's.
enum PromisedID: ChangeRule {
  static let rule = Rule(
    "X012", "promised-id",
    explanation:
      "A new hire waits in review on a branch below recruitment/, and was given this id when the recruitment system handed them over. That system has stored the number: were it another person's, a card or an account would be made for the wrong one. In a clone, only those hires are known that were fetched.",
    example: .none,
    help:
      "Give the new record the next free id. If it is that very hire, merge their branch instead: it has the number by which the recruitment system asks."
  )

  static func check(_ change: RecordedChange) throws -> [Finding] {
    // Whoever hands ids out knows which are free, and need not look through all who wait.
    guard !change.authority.givesIDs else { return [] }
    let come = try change.newcomers
    guard !come.isEmpty else { return [] }
    let waiting = Dictionary(grouping: try change.waitingHires.get()) { $0.person.id }
    return come.compactMap { person in
      guard let hires = waiting[person.record.id], !hires.contains(where: { $0.isOf(person.record) }),
        let hire = hires.first
      else { return nil }
      return person.finding(
        rule, at: "id", "The id \(person.record.id.rawValue) was given to \(hire.title), who waits on \(hire.branch).",
        help: "If it is that hire, merge the branch.", wish: .nextID)
    }
  }
}
