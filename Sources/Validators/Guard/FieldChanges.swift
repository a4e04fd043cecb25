import GitStore
import RecordSchema
import Records

/// Which fields of which records a commit changed.
struct FieldChanges {
  var all: [(file: String, name: String, path: FieldPath)] = []

  init(_ commit: ReviewedCommit, _ change: RecordedChange) throws {
    let repository = change.source.repository
    func readings(_ entries: [TreeEntry], _ commit: OID) throws -> [AnyReading] {
      // Each side as its own settings have it: the data folder and the custom fields may differ.
      let settings = try Configuration.inForce(at: commit, in: repository) ?? change.rules
      let source = try CommitSource(repository, commit: commit)
      return try entries.compactMap { try reading(of: $0, from: source, settings) }
    }
    let parent = commit.info.parents.first ?? commit.info.oid
    let old = try readings(commit.changes.compactMap(\.old), parent)
    let new = try readings(commit.changes.compactMap(\.new), commit.info.oid)
    // A record that was away for some commits is compared with what it was before the change.
    var people = Dictionary(change.oldPeople.map { ($0.record.id, $0.record) }) { $1 }
    var units = Dictionary(change.oldUnits.map { ($0.record.id, $0.record) }) { $1 }
    for reading in old {
      if let person = reading.person { people[person.record.id] = person.record }
      if let unit = reading.unit { units[unit.record.id] = unit.record }
    }
    for reading in new {
      if let new = reading.person {
        compare(Person.fields, people[new.record.id], new.record, new.file)
      } else if let new = reading.unit {
        compare(Unit.fields, units[new.record.id], new.record, new.file)
      }
    }
    let staying = (Set(new.compactMap(\.person).map(\.record.id)), Set(new.compactMap(\.unit).map(\.record.id)))
    for reading in old {
      if let gone = reading.person, !staying.0.contains(gone.record.id) {
        remove(Person.fields, gone.record, gone.file)
      }
      if let gone = reading.unit, !staying.1.contains(gone.record.id) { remove(Unit.fields, gone.record, gone.file) }
    }
  }

  /// Whatever a record said goes with it.
  private mutating func remove<Record>(_ fields: [RecordField<Record>], _ old: Record, _ file: String) {
    for field in fields where field.value(old) != .null {
      if case .object(let members) = field.value(old), field.name == "custom" {
        for member in members { all.append((file, "custom.\(member.name)", .record)) }
      }
      all.append((file, field.name, .record))
    }
  }

  private mutating func compare<Record>(
    _ fields: [RecordField<Record>], _ old: Record?, _ new: Record, _ file: String
  ) {
    for field in fields {
      let (before, after) = (old.map(field.value), field.value(new))
      // Of a new record, what says something.
      guard before.map({ $0 != after }) ?? (after != .null) else { continue }
      if field.name == "custom", case .object(let members) = after {
        let known = if case .object(let members)? = before { members } else { [JSON.Member]() }
        for member in members + known.filter({ old in !members.contains { $0.name == old.name } })
        where known.first(where: { $0.name == member.name })?.value
          != members.first(where: { $0.name == member.name })?.value
        {
          all.append((file, "custom.\(member.name)", FieldPath("custom").key(member.name)))
        }
      }
      all.append((file, field.name, FieldPath(stringLiteral: field.name)))
    }
  }
}
