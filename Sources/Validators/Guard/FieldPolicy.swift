import GitStore
import RecordSchema
import Records

/// Fields that a policy guards are changed by those whom it names.
enum FieldPolicy: ChangeRule {
  static let rule = Rule(
    "G008", "field-policy",
    explanation:
      "A policy in staffrepo.yaml says that only certain people may change this field, or write it into a new record. In a pull request they are known by the author of the commit, in a hook by who pushes. Policies are read from the commit before the change.",
    example: .none,
    help: "Ask one of the people whom the policy names to make this change, and take it out of this one.")

  static func check(_ change: RecordedChange) throws -> [Finding] {
    let policies = change.rules.policies.filter { !$0.fields.isEmpty && !$0.authors.isEmpty }
    guard !policies.isEmpty else { return [] }
    return try change.commits.get().flatMap { commit -> [Finding] in
      let person = commit.person(change.authority)
      let barred = policies.filter { !$0.admits(person) }
      guard !barred.isEmpty else { return [] }
      return try FieldChanges(commit, change).all.flatMap { field in
        barred.filter { $0.fields.contains(field.name) && ($0.paths.isEmpty || $0.covers(field.file)) }.map { policy in
          Finding(
            rule, file: field.file, at: field.path, subject: person,
            "By \(policy.title) only \(policy.owners) may change \(field.name); \(commit.maker(change.authority))."
          )
        }
      }
    }
  }
}

/// Which fields of which records a commit changed.
private struct FieldChanges {
  var all: [(file: String, name: String, path: FieldPath)] = []

  init(_ commit: ReviewedCommit, _ change: RecordedChange) throws {
    let source = try CommitSource(change.source.repository, commit: commit.info.oid)
    func readings(_ entries: [TreeEntry]) throws -> [AnyReading] {
      try entries.compactMap { try reading(of: $0, from: source, change.rules) }
    }
    let old = try readings(commit.changes.compactMap(\.old))
    let people = Dictionary(old.compactMap(\.person).map { ($0.record.id, $0.record) }) { $1 }
    let units = Dictionary(old.compactMap(\.unit).map { ($0.record.id, $0.record) }) { $1 }
    for reading in try readings(commit.changes.compactMap(\.new)) {
      if let new = reading.person {
        compare(Person.fields, people[new.record.id], new.record, new.file)
      } else if let new = reading.unit {
        compare(Unit.fields, units[new.record.id], new.record, new.file)
      }
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
