import RecordSchema
import Testing

@testable import Roster

@Suite struct `What a consumer says it knows` {
  private static let commit = "0123456789abcdef0123456789abcdef01234567"

  @Test(arguments: [
    (commit, Since.commit(commit)), (commit.uppercased(), .commit(commit)),
    (commit + "@2026-01-05", .cursor(commit: commit, asOf: CalendarDate(dayNumber: 20458))),
    ("2026-01-05", .date(CalendarDate(dayNumber: 20458))),
    ("2026-01-05T10:30:00Z", .time(Instant(seconds: 1_767_609_000))),
    ("2026-01-05t10:30:00z", .time(Instant(seconds: 1_767_609_000))),
    ("2026-01-05T10:30:00.999Z", .time(Instant(seconds: 1_767_609_000))),
    ("2026-01-05T12:30:00+02:00", .time(Instant(seconds: 1_767_609_000))),
    ("2026-01-05T12:30:00 02:00", .time(Instant(seconds: 1_767_609_000))),
    ("2026-01-05T09:00:00-01:30", .time(Instant(seconds: 1_767_609_000))),
  ])
  func `is a commit, a cursor, a time or a date`(text: String, since: Since) {
    #expect(Since(text) == since)
  }

  @Test(arguments: [
    "", "yesterday", "0123456789", commit + "@", commit + "@2026-02-30", commit + "x2026-01-05", "2026-01-05T10:30Z",
    "2026-01-05T10:30:00", "2026-01-05T10:30:00+0200", "2026-01-05T10:30:00.Z", "2026-01-05T24:30:00Z",
    "2026-01-05 10:30:00Z", "2026-01-05T10:30:00Zx", "1767609000", "+123456789abcdef0123456789abcdef01234567",
    "2026-01-05T10:30:00+24:00", "2026-13-05T10:30:00Z",
  ])
  func `is nothing else`(text: String) {
    #expect(Since(text) == nil)
  }
}
