import RecordSchema
import Records

/// Whoever works here is not made to begin later.
enum PostponedEmployment: ChangeRule {
  static let rule = Rule(
    "X008", "employment-postponed", severity: .warning,
    explanation:
      "The person works here today, and this change puts the start date into the future: every system closes the access until then.",
    example: .change(
      [
        "data/people/EMP002.yaml":
          "id: 2\nemployee_reference: EMP002\nfirst_name: Aoife\nlast_name: Brennan\nemail: emp002@example.org\njob_title: Team Lead\nemployment_start_date: «2099-04-01»\n"
      ],
      right: [
        "data/people/EMP002.yaml":
          "id: 2\nemployee_reference: EMP002\nfirst_name: Aoife\nlast_name: Brennan\nemail: emp002@example.org\njob_title: Team Lead\nemployment_start_date: 2020-05-01\n"
      ]),
    help: "Correct the start date, or restore the old one.")

  static func check(_ change: RecordedChange) -> [Finding] {
    let date = change.context.date
    let before = Dictionary(change.oldPeople.map { ($0.record.id, $0.record) }) { $1 }
    return change.newPeople.compactMap { person in
      guard let old = before[person.record.id], old.status(on: date).isActive,
        person.record.status(on: date) == .pending, let start = person.record.startDate
      else { return nil }
      return person.finding(
        rule, at: "employment_start_date", "\(person.subject) works here today, and would begin on \(start) only.")
    }
  }
}
