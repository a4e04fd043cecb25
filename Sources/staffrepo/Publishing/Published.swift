import Journal
import Publishers
import RecordSchema
import Records

/// What is published, after a run.
struct Published {
  /// As the newest entry of the journal leaves it.
  var staff: Staff?
  var entry: JournalEntry?
  var recorded: [Recording.Recorded] = []

  var hold: Hold? { entry?.hold }

  /// Everybody as consumers were told, for export files.
  func list(at now: Instant) throws -> StaffList? {
    guard let staff else { return nil }
    let today = staff.configuration.organisation.timeZone.date(at: now)
    let told = try ToldPeople(hold?.told ?? Hold.Told()) { try staff.person($0)?.record }
    let settled = entry?.settled ?? today
    // A held branch stays on its day: what the next days bring by its records, a held commit may have mended. And no day is
    // taken back that was settled.
    return try staff.list(on: hold == nil ? max(today, settled) : settled, told)
  }
}
