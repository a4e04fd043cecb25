import RecordSchema
import Records

/// An id of the past is nobody else's.
enum ReusedID: ChangeRule {
  static let rule = Rule(
    "X003", "id-reused",
    explanation:
      "Somebody had this id before, as git's history shows. Digital ID, payroll and the others still know that person by it: the new one would get the old one's card, photo and records.",
    example: .change(
      earlier: [
        "data/people/EMP018.yaml":
          "id: 18\nemployee_reference: EMP018\nfirst_name: Ada\nlast_name: Byrne\nemail: ada.byrne@example.org\njob_title: Nurse\nemployment_start_date: 2022-01-10\n"
      ],
      [
        "data/people/EMP019.yaml":
          "id: «18»\nemployee_reference: EMP019\nfirst_name: Omar\nlast_name: Farouk\nemail: omar.farouk@example.org\njob_title: Nurse\nemployment_start_date: 2024-01-08\n"
      ],
      right: [
        "data/people/EMP019.yaml":
          "id: 19\nemployee_reference: EMP019\nfirst_name: Omar\nlast_name: Farouk\nemail: omar.farouk@example.org\njob_title: Nurse\nemployment_start_date: 2024-01-08\n"
      ]),
    help: "Give the new record the next id that nobody ever had.")

  static func check(_ change: RecordedChange) throws -> [Finding] {
    let come = try change.newcomers
    let replaced = strangers(change)
    guard !come.isEmpty, let base = change.base.commit else { return replaced }
    let former = Dictionary(try change.past.former(upTo: base).map { ($0.id, $0) }) { $1 }
    return replaced
      + come.compactMap { person -> Finding? in
        // Back under the same reference: the same person, whose record was restored.
        guard let holder = former[person.record.id.rawValue],
          holder.reference.lowercased() != person.record.reference.folded
        else { return nil }
        return person.finding(
          rule, at: "id",
          "The id \(holder.id) was that of \(holder.reference) (\(holder.name)) until commit \(holder.commit).",
          wish: .nextID)
      }
  }

  /// People under the id of somebody with whom they have nothing in common: no update, but somebody else.
  private static func strangers(_ change: RecordedChange) -> [Finding] {
    let before = Dictionary(change.oldPeople.map { ($0.record.id, $0.record) }) { $1 }
    return change.newPeople.compactMap { person in
      let new = person.record
      guard new.id.rawValue > 0, let old = before[new.id], old.reference.folded != new.reference.folded,
        old.fullName != new.fullName, old.email.lowercased() != new.email.lowercased(), old.startDate != new.startDate
      else { return nil }
      return person.finding(
        rule, at: "id", "The id \(new.id.rawValue) was that of \(old.reference) (\(old.fullName)) before this change.",
        wish: .nextID)
    }
  }
}
