import Editing
import RecordSchema

/// What a hire says otherwise than a record that was made of it.
struct HireComparison {
  let draft: HireDraft
  let person: Person

  /// The record's fields that differ, with the values that the hire asks for.
  var differences: [RecordLine] {
    let hire = draft.hire
    var lines: [RecordLine] = []
    func compare(_ field: NewHire.Field, _ current: String?) {
      if let text = hire[field], text != current { lines.append(.init(field.rawValue, .text(text))) }
    }
    compare(.firstName, person.firstName)
    compare(.lastName, person.lastName)
    compare(.preferredName, person.preferredName)
    // An address that was made here is no statement of the source's.
    if let email = draft.email, email == hire[.email], email.lowercased() != person.email.lowercased() {
      lines.append(.init("email", .text(email)))
    }
    compare(.jobTitle, person.jobTitle)
    for (field, date) in [(NewHire.Field.startDate, person.startDate), (.endDate, person.endDate)] {
      if let text = hire[field], text != date?.description { lines.append(.init(field.rawValue, .word(text))) }
    }
    compare(.lineManager, person.lineManager?.rawValue)
    if let unit = draft.unit, person.units.first?.unit != unit.code {
      // Further units are the reviewer's.
      let rest = person.units.dropFirst().filter { $0.unit != unit.code }
      lines.append(
        .init("organisational_units", .list([.text(unit.code.rawValue)] + rest.map { PersonText.value($0) })))
    }
    return lines
  }
}
