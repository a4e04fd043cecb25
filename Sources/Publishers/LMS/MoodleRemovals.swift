import RecordSchema

/// Who must be taken out of which of Moodle's cohorts: memberships that the system was given and that are no more.
///
/// Whoever is only suspended keeps the cohorts. Nobody comes in by such an account, and cohorts carry enrolments: a person
/// who returns finds everything as it was.
final class MoodleRemovals {
  private enum Subject {
    /// The record is gone.
    case nobody
    case user(MoodleUser)
    /// Stands in no row, so nothing is said of them; their cohorts stay as they are.
    case leftOut
  }

  private let set: ExportSet
  private let file: ExportFile
  private var memberships: Differences?
  private var subject = Subject.nobody
  /// Of people who are gone: by what name Moodle knows them is settled at the end.
  private var last: [(id: PersonID, fields: [String])] = []
  private var names: [PersonID: String] = [:]
  private var count = 0

  init(in set: ExportSet) throws {
    self.set = set
    file = try set.open("moodle-removals.csv")
    file.write(CSVRow(["username", "idnumber", "cohort"]).bytes)
    memberships = try Differences("moodle-cohorts", in: set) { [unowned self] in tell($0) }
  }

  func take(_ user: MoodleUser) throws {
    try pass(user.id, .user(user)) {
      for (unit, cohort) in user.cohorts {
        try memberships?.take(
          RowKey(user.id.rawValue, unit.rawValue), [cohort], farewell: [cohort, user.name, user.reference.rawValue],
          isActive: true)
      }
    }
  }

  func keep(_ id: PersonID) throws { try pass(id, .leftOut) { try memberships?.keepAll(of: id.rawValue) } }

  /// The account of a person who is gone, after the upload.
  func knows(_ id: PersonID, by name: String) { names[id] = name }

  func finish() throws {
    try memberships?.finish()
    for (id, fields) in last { write([names[id] ?? fields[0], fields[1], fields[2]]) }
    try set.close(file, rows: count)
  }

  /// What is told while `body` runs, and right after it, is about this person.
  private func pass(_ id: PersonID, _ subject: Subject, _ body: () throws -> Void) throws {
    try memberships?.pass(RowKey(id.rawValue, Int.min))
    self.subject = subject
    try body()
    try memberships?.pass(RowKey(id.rawValue + 1, Int.min))
    self.subject = .nobody
  }

  private func tell(_ difference: Differences.Difference) {
    let farewell = difference.farewell
    var cohorts = ([difference.old ?? []] + difference.perhaps).compactMap(\.first)
    if difference.new == nil { cohorts.append(farewell[0]) }
    cohorts = cohorts.enumerated().filter { place, cohort in cohorts.firstIndex(of: cohort) == place }.map(\.element)
    switch subject {
    case .leftOut: break
    case .nobody: last += cohorts.map { (PersonID(difference.key.first), [farewell[1], farewell[2], $0]) }
    case .user(let user):
      for cohort in cohorts where !user.cohorts.contains(where: { $0.cohort == cohort }) {
        write([user.name, user.reference.rawValue, cohort])
      }
    }
  }

  private func write(_ fields: [String]) {
    file.write(CSVRow(fields).bytes)
    count += 1
  }
}
