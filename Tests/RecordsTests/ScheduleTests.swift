import RecordChecks
import RecordSchema
import Records
import TestSupport
import Testing

@Suite struct `Schedules` {
  private func time(_ text: String) throws -> TimeOfDay { try #require(TimeOfDay(text)) }

  @Test(arguments: [
    // London's clocks jump from one to two on 29 March 2026, and go back from two to one on 25 October.
    ("Europe/London", "06:00", "2026-01-15T05:00:00Z", "2026-01-15T06:00:00Z"),
    ("Europe/London", "06:00", "2026-01-15T06:00:00Z", "2026-01-16T06:00:00Z"),
    ("Europe/London", "06:00", "2026-01-15T23:00:00Z", "2026-01-16T06:00:00Z"),
    ("Europe/London", "06:00", "2026-03-28T06:00:00Z", "2026-03-29T05:00:00Z"),
    ("Europe/London", "01:30", "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z"),
    ("Europe/London", "01:30", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
    ("Europe/London", "01:30", "2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z"),
    ("Europe/London", "01:30", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
    ("Europe/London", "01:30", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"),
    ("Europe/London", "00:00", "2026-07-01T23:00:00Z", "2026-07-02T23:00:00Z"),
    // The day began at one, at eleven it began again.
    ("America/Sao_Paulo", "00:00", "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z"),
    ("America/Sao_Paulo", "23:30", "2019-02-17T01:30:00Z", "2019-02-18T02:30:00Z"),
    // Half past midnight of the day on which a minute past midnight became a minute past eleven.
    ("America/St_Johns", "00:30", "2006-10-29T02:30:30Z", "2006-10-29T04:00:00Z"),
    // 30 December 2011 was left out.
    ("Pacific/Apia", "06:00", "2011-12-29T16:00:00Z", "2011-12-30T16:00:00Z"),
  ])
  func `are due daily at the time on the wall`(zone: String, at: String, last: String, next: String) throws {
    let rules = try #require(TimeZoneRules.named(zone))
    let run = Schedule.daily(try time(at)).nextRun(after: try #require(Instant(last)), in: rules)
    #expect(run?.description == next)
  }

  @Test(arguments: [
    ("weekly on monday at 06:00", "2026-11-21T12:00:00Z", "2026-11-23T06:00:00Z"),
    ("weekly on monday at 06:00", "2026-11-23T05:59:59Z", "2026-11-23T06:00:00Z"),
    ("weekly on monday at 06:00", "2026-11-23T06:00:00Z", "2026-11-30T06:00:00Z"),
    ("weekly on sunday at 01:30", "2026-03-23T00:00:00Z", "2026-03-29T01:00:00Z"),
    ("weekly on saturday", "2026-06-20T12:00:00Z", "2026-06-26T23:00:00Z"),
    ("weekly", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"),
    ("hourly", "2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z"),
    ("hourly", "2026-11-21T12:59:59Z", "2026-11-21T13:00:00Z"),
    ("hourly", "2026-03-29T00:10:00Z", "2026-03-29T01:00:00Z"),
    ("every 15m", "2026-11-21T12:07:00Z", "2026-11-21T12:22:00Z"),
    ("every 1d", "2026-03-28T12:07:00Z", "2026-03-29T12:07:00Z"),
  ])
  func `are due as they are written`(text: String, last: String, next: String) throws {
    let zone = try #require(TimeZoneRules.named("Europe/London"))
    let schedule = try Self.read(text)
    #expect(schedule.nextRun(after: try #require(Instant(last)), in: zone)?.description == next)
    #expect(schedule.description == text)
  }

  @Test func `hold whole hours of the clock where zones are off by less`() throws {
    let zone = try #require(TimeZoneRules.named("Asia/Kathmandu"))
    #expect(
      Schedule.hourly.nextRun(after: try #require(Instant("2026-01-15T10:00:00Z")), in: zone)?.description
        == "2026-01-15T10:15:00Z")
  }

  @Test func `come every commit by no clock`() throws {
    #expect(Schedule.everyCommit.nextRun(after: Instant(seconds: 0), in: .utc) == nil)
  }

  @Test(arguments: [
    ("Europe/London", "2025-01-01"), ("Australia/Lord_Howe", "2025-01-01"), ("America/Sao_Paulo", "2017-06-01"),
    ("America/St_Johns", "2005-01-01"), ("America/Havana", "2025-01-01"), ("Africa/Casablanca", "2025-01-01"),
    ("Asia/Beirut", "2024-06-01"), ("Asia/Kathmandu", "2025-01-01"), ("Pacific/Apia", "2011-06-01"),
  ])
  func `give each day exactly one run, whenever the last one was`(name: String, first: String) throws {
    let zone = try #require(TimeZoneRules.named(name))
    let start = zone.firstInstant(of: try #require(CalendarDate(first)))
    let end = start.adding(seconds: 500 * 86_400)
    var days: Set<CalendarDate> = []
    for hour in 0..<500 * 24 { days.insert(zone.date(at: start.adding(seconds: Int64(hour) * 3600))) }
    var random = SeededRandom(6)
    for text in ["00:00", "00:01", "00:30", "01:30", "02:15", "06:00", "22:45", "23:59"] {
      let schedule = Schedule.daily(try time(text))
      var runs = 0
      var last = start.adding(milliseconds: -1)
      while let run = schedule.nextRun(after: last, in: zone), run < end {
        #expect(run > last)
        runs += 1
        // Late by anything up to an hour: the next one does not move.
        let late = run.adding(seconds: Int64.random(in: 0...3600, using: &random))
        #expect(schedule.nextRun(after: late, in: zone) == schedule.nextRun(after: run, in: zone))
        last = run
      }
      #expect(abs(runs - days.count) <= 1, "\(text): \(runs) runs on \(days.count) days")
    }
  }

  /// As staffrepo.yaml says it.
  private static func read(_ text: String) throws -> Schedule {
    let source = MemoryRecords([
      "staffrepo.yaml": Array("organisation: {id: 1}\nsystems: {hr: {schedule: \(text)}}\n".utf8)
    ])
    return try #require(try source.configuration().configuration?.system("hr")?.schedule)
  }
}
