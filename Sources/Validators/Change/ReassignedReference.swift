import Catalogue
import RecordSchema
import Records

/// A reference of the past, or of somebody still here, is nobody else's.
enum ReassignedReference: ChangeRule {
  static let rule = Rule(
    "X004", "reference-reassigned",
    explanation:
      "Somebody else had this employee reference before. Payroll, Microsoft Entra and the LMS know people by it: the new person would be given the other one's account, pay history and courses.",
    example: .change(
      earlier: [
        "data/people/EMP018.yaml":
          "id: 18\nemployee_reference: EMP018\nfirst_name: Ada\nlast_name: Byrne\nemail: ada.byrne@example.org\njob_title: Nurse\nemployment_start_date: 2022-01-10\n"
      ],
      [
        "data/people/EMP018.yaml":
          "id: 19\nemployee_reference: «EMP018»\nfirst_name: Omar\nlast_name: Farouk\nemail: omar.farouk@example.org\njob_title: Nurse\nemployment_start_date: 2024-01-08\n"
      ],
      right: [
        "data/people/EMP019.yaml":
          "id: 19\nemployee_reference: EMP019\nfirst_name: Omar\nlast_name: Farouk\nemail: omar.farouk@example.org\njob_title: Nurse\nemployment_start_date: 2024-01-08\n"
      ]),
    help: "Give the new person a reference that nobody ever had.")

  static func check(_ change: RecordedChange) throws -> [Finding] {
    let own = Dictionary(change.oldPeople.map { ($0.record.reference.folded, $0.record) }) { $1 }
    let staying = Set(change.newPeople.map(\.record.id))
    let come = change.newPeople.filter {
      $0.record.id.rawValue > 0 && own[$0.record.reference.folded]?.id != $0.record.id
    }
    guard !come.isEmpty, let base = change.base.commit else { return [] }
    let former = try change.past.former(upTo: base)
    return come.compactMap { person in
      let reference = person.record.reference.folded
      if let holder = own[reference] {
        // Whose holder is gone with this change: ChangedID has said so.
        guard staying.contains(holder.id) else { return nil }
        return finding(person, holder.id.rawValue, holder.fullName, "before this change")
      }
      let holders = former.filter { $0.reference.lowercased() == reference }
      guard let holder = holders.last, !holders.contains(where: { $0.id == person.record.id.rawValue }) else {
        return nil
      }
      return finding(person, holder.id, holder.name, "until commit \(holder.commit)")
    }
  }

  private static func finding(_ person: Located<Person>, _ id: Int, _ name: String, _ when: String) -> Finding {
    person.finding(
      rule, at: "employee_reference",
      "The reference \(person.subject) was that of somebody else \(when): id \(id) (\(name)).")
  }
}
