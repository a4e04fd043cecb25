import RecordSchema

/// `revocations.json`: everybody whose cards must not be valid, also those whose records were deleted.
///
/// Beside the set stands a roll of everybody who was ever in one, by id; each set takes it over from the newest that has
/// it. So who was deleted stays in the list for good, whatever becomes of ledger and journal, and whether or not the sets
/// between were given to anybody. Who comes back leaves the list.
final class Revocations: StaffFile {
  private static let name = "revocations.json"
  private static let headings = ["reference", "deleted_on"]

  private let set: ExportSet
  private let context: StaffContext
  private let file: ExportFile
  private let roll: ExportFile?
  private let earlier: GivenTable?
  private var upcoming: GivenRow?
  private var count = 0
  private var rollCount = 0

  init(_ set: ExportSet, _ context: StaffContext) throws {
    self.set = set
    self.context = context
    file = try set.open(Self.name)
    roll = try set.openGiven(Self.name)
    earlier = try set.earlierTable(Self.name, headings: Self.headings)?.table
    upcoming = try earlier?.next()
    roll?.write(GivenRow(key: RowKey(0), now: Self.headings).bytes)
    file.write("[")
  }

  func take(_ members: [StaffMember]) throws {
    for member in members {
      let key = RowKey(member.person.id.rawValue)
      while let row = upcoming, row.key < key { try bury(row) }
      if upcoming?.key == key { upcoming = try earlier?.next() }
      let person = member.person
      enrol(Entry(reference: person.reference.rawValue, deletedOn: nil), key)
      guard !member.status.isActive else { continue }
      let hasEnded = person.endDate.map { $0 < context.asOf } ?? false
      let since = hasEnded ? person.endDate?.adding(days: 1).description : nil
      list(key, person.reference.rawValue, status: member.status.rawValue, since: since)
    }
  }

  func finish() throws {
    while let row = upcoming { try bury(row) }
    file.write("\n]\n")
    try set.close(file, rows: count)
    if let roll { try set.closeGiven(roll, rows: rollCount) }
  }

  /// Somebody whose record is not there any more.
  private func bury(_ row: GivenRow) throws {
    upcoming = try earlier?.next()
    var entry = Entry(row)
    // On which day the record went nobody told us; on this one it was missing.
    if entry.deletedOn == nil { entry.deletedOn = context.asOf.description }
    enrol(entry, row.key)
    list(row.key, entry.reference, status: "deleted", since: entry.deletedOn)
  }

  private func list(_ key: RowKey, _ reference: String, status: String, since: String?) {
    let line: JSON = [
      "staff_service_person_id": .int(key.first), "employee_reference": .string(reference), "status": .string(status),
      "since": .optional(since),
    ]
    file.write((count == 0 ? "\n" : ",\n") + line.text)
    count += 1
  }

  private func enrol(_ entry: Entry, _ key: RowKey) {
    roll?.write(GivenRow(key: key, now: [entry.reference, entry.deletedOn ?? ""]).bytes)
    rollCount += 1
  }

  private struct Entry {
    let reference: String
    var deletedOn: String?

    init(reference: String, deletedOn: String?) {
      self.reference = reference
      self.deletedOn = deletedOn
    }

    init(_ row: GivenRow) {
      let fields = row.now ?? []
      reference = fields.first ?? ""
      deletedOn = fields.count > 1 && !fields[1].isEmpty ? fields[1] : nil
    }
  }
}
