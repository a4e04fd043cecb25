import Editing
import RecordSchema
import TestSupport

/// People who have whatever a record can hold.
enum RandomPerson {
  private static let texts = [
    "Grace", "O'Neil", "van den Berg", "Null", "no", "007", "1e3", "2026-01-15", "Zieliński", "Ní Dhálaigh", "a: b",
    "#1 fan",
    "- dash", "C++ [x]", "{y}", "100%", "@home", "yes & no", "tail #c", "\"quoted\"", "back\\slash", "1_000", "0x1F",
    ".5",
    "~", "=", "<<", "12:30", "end:", "it's", "中村", "*", "!", "|", ">", "true", "?", "ok, then", "...", "---",
  ]

  static func text(_ random: inout SeededRandom) -> String { texts.randomElement(using: &random)! }

  static func date(_ random: inout SeededRandom) -> CalendarDate {
    CalendarDate(dayNumber: Int32.random(in: 10_000...30_000, using: &random))
  }

  static func person(_ random: inout SeededRandom) -> Person {
    var person = Person(
      id: PersonID(Int.random(in: 1...99_999, using: &random)),
      reference: EmployeeReference(["EMP017", "007", "1004", "a.b-c_d", "1e3", "no"].randomElement(using: &random)!))
    person.firstName = text(&random)
    person.lastName = text(&random)
    person.email = ["a.b@example.org", "0@1.2", "o'neil+x@example.org"].randomElement(using: &random)!
    person.jobTitle = text(&random)
    person.startDate = date(&random)
    if random.oneIn(3) { person.preferredName = text(&random) }
    if random.oneIn(4) { person.endDate = date(&random) }
    if random.oneIn(4) { person.employmentStatus = Person.EmploymentStatus.allCases.randomElement(using: &random)! }
    if random.oneIn(4) { person.isActive = false }
    if random.oneIn(3) { person.lineManager = EmployeeReference(["EMP001", "007"].randomElement(using: &random)!) }
    if random.oneIn(3) { person.salaryGrade = text(&random) }
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      var unit = UnitAssignment(unit: UnitCode(["care", "team-a", "7", "no"].randomElement(using: &random)!))
      if random.oneIn(3) { unit.from = date(&random) }
      if random.oneIn(3) { unit.until = date(&random) }
      person.units.append(unit)
    }
    if random.oneIn(4) {
      person.photoPath = "photos/EMP017.jpg"
      person.photoStatus = Person.PhotoStatus.allCases.randomElement(using: &random)!
    }
    if random.oneIn(5) { person.signaturePath = "signatures/x y.png" }
    person.externalIDs = ["entra", "lms", "no", "a b"].filter { _ in random.oneIn(3) }.sorted()
      .map { ExternalID(system: $0, id: text(&random)) }
    if random.oneIn(3) {
      person.source = .init(system: text(&random), reference: text(&random), importedAt: "2026-05-04T09:00:00Z")
    }
    if random.oneIn(3) {
      person.custom.append(.init(name: "checked_on", value: .string(date(&random).description)))
    }
    if random.oneIn(3) { person.custom.append(.init(name: "pin", value: .string(text(&random)))) }
    if random.oneIn(3) {
      person.custom.append(.init(name: "level", value: .int(Int.random(in: -9...9, using: &random))))
    }
    if random.oneIn(3) { person.custom.append(.init(name: "driver", value: .bool(random.oneIn(2)))) }
    return person
  }

  /// The record as people leave it: with comments, blank lines and fields in another order.
  static func file(_ person: Person, _ random: inout SeededRandom) -> String {
    var fields = PersonText.lines(of: person)
    if random.oneIn(3) { fields.shuffle(using: &random) }
    var text = random.oneIn(2) ? "# Somebody's record\n" : ""
    for field in fields {
      if random.oneIn(4) { text += "# note \(Int.random(in: 0...999_999, using: &random))\n" }
      if random.oneIn(8) { text += "\n" }
      var lines = String(decoding: PersonText.file([field]), as: UTF8.self)
      if random.oneIn(3) { lines = lines.dropLast() + "  # why \(Int.random(in: 0...999_999, using: &random))\n" }
      text += lines
    }
    if random.oneIn(3) { text += "# the end\n" }
    return text
  }

  /// Changes something, in the person and in the file alike.
  ///
  /// - Returns: the field that changed; `nil` when the file has no room for the change.
  static func edit(_ person: inout Person, _ edit: inout RecordEdit, _ random: inout SeededRandom) -> String? {
    do {
      switch Int.random(in: 0..<10, using: &random) {
      case 0:
        person.firstName = text(&random)
        try edit.set("first_name", to: .text(person.firstName))
        return "first_name"
      case 1:
        person.preferredName = text(&random)
        try edit.set("preferred_name", to: .text(person.preferredName!))
        return "preferred_name"
      case 2:
        person.preferredName = nil
        try edit.remove("preferred_name")
        return "preferred_name"
      case 3:
        person.endDate = date(&random)
        try edit.set("employment_end_date", to: .word(person.endDate!.description))
        return "employment_end_date"
      case 4:
        person.isActive = false
        try edit.set("is_active", to: .word("false"))
        return "is_active"
      case 5:
        person.units = [
          UnitAssignment(unit: UnitCode("care"), from: date(&random)), UnitAssignment(unit: UnitCode("007")),
        ]
        try edit.set("organisational_units", to: .list(person.units.map(PersonText.value)))
        return "organisational_units"
      case 6:
        person.externalIDs.removeAll { $0.system == "lms" }
        person.externalIDs.append(ExternalID(system: "lms", id: text(&random)))
        try edit.set(["external_ids", "lms"], to: .text(person.externalIDs.last!.id))
        person.externalIDs.sort { $0.system < $1.system }
        return "external_ids"
      case 7:
        person.externalIDs.removeAll { $0.system == "lms" }
        try edit.remove(["external_ids", "lms"])
        return "external_ids"
      case 8:
        person.source = .init(system: "ats", reference: text(&random), importedAt: nil)
        try edit.set("source", to: PersonText.value(person.source!))
        return "source"
      default:
        person.units = []
        try edit.remove("organisational_units")
        return "organisational_units"
      }
    } catch {
      return nil
    }
  }

  /// Whether a line is none of a field's own.
  static func isOther(_ line: Substring, than field: String) -> Bool {
    !line.hasPrefix(" ") && !line.hasPrefix(field)
  }
}
