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

  /// The day that export files are of. A held branch stays on its day: what the next days bring by its records, a held commit
  /// may have mended. And no day is taken back that was settled.
  func asOf(at now: Instant) -> CalendarDate? {
    staff.map { Self.asOf($0.configuration.organisation.timeZone, entry, at: now) }
  }

  static func asOf(_ zone: TimeZoneRules, _ entry: JournalEntry?, at now: Instant) -> CalendarDate {
    let today = zone.date(at: now)
    let settled = entry?.settled ?? today
    return entry?.hold == nil ? max(today, settled) : settled
  }

  /// Everybody as consumers were told, for export files.
  func list(at now: Instant) throws -> StaffList? {
    guard let staff, let asOf = asOf(at: now) else { return nil }
    let told = try ToldPeople(hold?.told ?? Hold.Told()) { try staff.person($0)?.record }
    return try staff.list(on: asOf, told)
  }
}
