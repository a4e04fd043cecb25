import Catalogue
import GitStore
import RecordSchema
import Records

/// An id stays with its record.
enum ChangedID: ChangeRule {
  static let rule = Rule(
    "X001", "id-changed",
    explanation:
      "Digital ID, payroll and the others know a record by its id, for ever. With another id the same person would be a new one there, and the old one would be deactivated, card and account with it.",
    example: .change(
      from: ["data/units/day-team.yaml": "id: 7\ncode: day-team\nname: Day Team\ncost_centre: CC-7\n"],
      ["data/units/day-team.yaml": "id: «8»\ncode: day-team\nname: Day Team\ncost_centre: CC-7\n"],
      right: ["data/units/day-team.yaml": "id: 7\ncode: day-team\nname: Day Team West\ncost_centre: CC-7\n"]),
    help: "Write the id that the record had before.")

  static func check(_ change: RecordedChange) throws -> [Finding] {
    // A reference that went to somebody else while its holder stayed is ReassignedReference's.
    let staying = Set(change.newPeople.map(\.record.id))
    let people = Dictionary(
      change.oldPeople.filter { !staying.contains($0.record.id) || $0.record.id.rawValue == 0 }
        .map { ($0.record.reference.folded, $0.record.id.rawValue) }
    ) { $1 }
    let units = Dictionary(change.oldUnits.map { ($0.record.code.rawValue, $0.record.id.rawValue) }) { $1 }
    let renamed = movedAddresses(change)
    return try change.new.compactMap { reading in
      if let person = reading.person, let old = renamed[person.record.id] {
        person.finding(
          rule, at: "id",
          "\(person.subject) has the address of \(old.reference), whose id was \(old.id.rawValue) and is gone with this change.",
          help:
            "If they are the same person, write the id \(old.id.rawValue) again; a new reference alone is no matter.")
      } else if let person = reading.person {
        try finding(
          person.file, person.record.reference.rawValue, people[person.record.reference.folded],
          person.record.id.rawValue, .personID, change)
      } else if let unit = reading.unit {
        try finding(
          unit.file, unit.record.code.rawValue, units[unit.record.code.rawValue], unit.record.id.rawValue, .unitID,
          change)
      } else {
        nil
      }
    }
  }

  /// People who are new under the e-mail address of somebody who is gone: the same person, most likely.
  private static func movedAddresses(_ change: RecordedChange) -> [PersonID: Person] {
    let staying = Set(change.newPeople.map(\.record.id))
    let known = Set(change.oldPeople.map(\.record.id))
    let gone = change.oldPeople.filter { !staying.contains($0.record.id) && !$0.record.email.isEmpty }
    let byAddress = Dictionary(gone.map { ($0.record.email.lowercased(), $0.record) }) { $1 }
    let come = change.newPeople.filter { !known.contains($0.record.id) && $0.record.id.rawValue > 0 }
    return Dictionary(
      come.compactMap { person in
        byAddress[person.record.email.lowercased()].flatMap {
          // Under the same reference it is told below.
          $0.reference.folded == person.record.reference.folded ? nil : (person.record.id, $0)
        }
      }
    ) { $1 }
  }

  private static func finding(
    _ file: String, _ subject: String, _ old: Int?, _ new: Int, _ family: RecordKey.Family, _ change: RecordedChange
  ) throws -> Finding? {
    // An id that another record has was claimed twice: giving it up is the mending.
    guard let old, old > 0, new > 0, old != new,
      try !change.index.marks(at: RecordKey(family, "\(old)")).contains(where: { $0.role == .claim })
    else { return nil }
    return Finding(
      rule, file: file, at: "id", subject: subject,
      "\(subject) had the id \(old) before this change, and has \(new) now.", help: "Write the id \(old) again.")
  }
}
