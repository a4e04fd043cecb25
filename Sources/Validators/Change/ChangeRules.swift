import Catalogue
import GitStore
import RecordSchema
import Records

/// A rule about what a change does, whatever stands before and after it.
protocol ChangeRule: Sendable {
  static var rule: Rule { get }
  static func check(_ change: RecordedChange) throws -> [Finding]
}

/// The files that differ between a base and the tree at hand, as they were and as they are.
struct RecordedChange {
  let old: [AnyReading]
  let new: [AnyReading]
  /// Of the tree at hand.
  let index: RecordIndex

  /// What differs between two commits.
  init(from base: CommitSource, to source: CommitSource, _ index: RecordIndex) throws {
    // A base with a configuration of its own is read as that says.
    let configuration = try base.configuration().configuration ?? index.configuration
    let (oldFolder, newFolder) = (configuration.dataFolder, index.configuration.dataFolder)
    let changes = try source.repository.changes(
      from: base.folder(oldFolder), to: source.folder(newFolder), prefix: newFolder + "/")
    old = try changes.compactMap(\.old).compactMap { entry in
      let path = oldFolder + entry.path.dropFirst(newFolder.count)
      return try reading(of: TreeEntry(path: path, oid: entry.oid, kind: entry.kind), from: base, configuration)
    }
    new = try changes.compactMap(\.new).compactMap { try reading(of: $0, from: source, index.configuration) }
    self.index = index
  }

  fileprivate var oldPeople: [Located<Person>] { old.compactMap(\.person) }
  fileprivate var oldUnits: [Located<Unit>] { old.compactMap(\.unit) }
}

extension AnyReading {
  fileprivate var person: Located<Person>? { if case .person(let reading) = self { Located(reading) } else { nil } }
  fileprivate var unit: Located<Unit>? { if case .unit(let reading) = self { Located(reading) } else { nil } }
}

/// An id stays with its record.
enum ChangedID: ChangeRule {
  static let rule = Rule(
    "X001", "id-changed",
    explanation:
      "Digital ID, payroll and the others know a record by its id, for ever. With another id the same person would be a new one there, and the old one would be deactivated, card and account with it.",
    help: "Write the id that the record had before.")

  static func check(_ change: RecordedChange) -> [Finding] {
    let people = Dictionary(change.oldPeople.map { ($0.record.reference.folded, $0.record.id.rawValue) }) { $1 }
    let units = Dictionary(change.oldUnits.map { ($0.record.code.rawValue, $0.record.id.rawValue) }) { $1 }
    return change.new.compactMap { reading in
      if let person = reading.person {
        finding(
          person.file, person.record.reference.rawValue, people[person.record.reference.folded],
          person.record.id.rawValue)
      } else if let unit = reading.unit {
        finding(unit.file, unit.record.code.rawValue, units[unit.record.code.rawValue], unit.record.id.rawValue)
      } else {
        nil
      }
    }
  }

  private static func finding(_ file: String, _ subject: String, _ old: Int?, _ new: Int) -> Finding? {
    guard let old, old > 0, new > 0, old != new else { return nil }
    return Finding(
      rule, file: file, at: "id", subject: subject,
      "\(subject) had the id \(old) before this change, and has \(new) now.", help: "Write the id \(old) again.")
  }
}

/// Whoever leaves is deactivated; a record is not deleted.
enum DeletedPerson: ChangeRule {
  static let rule = Rule(
    "X002", "record-deleted", severity: .warning,
    explanation:
      "A leaver's record stays, with employment_end_date or is_active: false: then every system closes the access and keeps the history, and the reference is not given to somebody else. A deleted record says nothing about why or when.",
    help: "Restore the file, and write employment_end_date: with the last day worked.")

  static func check(_ change: RecordedChange) throws -> [Finding] {
    try change.oldPeople.compactMap { person in
      let id = person.record.id.rawValue
      let subject = person.record.reference.rawValue
      // With another id under the same reference, ChangedID says what is wrong; of a file that cannot be read, others do.
      guard id > 0, try change.index.marks(at: RecordKey(.personID, "\(id)")).isEmpty,
        try change.index.marks(at: RecordKey(.reference, subject)).allSatisfy({
          $0.role != .claim && $0.role != .unreadable
        }), try change.index.number(ofPath: person.file) == nil
      else { return nil }
      return Finding(
        rule, file: person.file, at: .record, subject: subject,
        "The record of \(subject) (\(person.record.fullName)) is deleted by this change.")
    }
  }
}
