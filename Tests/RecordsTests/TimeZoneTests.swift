import RecordSchema
import Records
import TestSupport
import Testing

@Suite struct `Time zones` {
  @Test(arguments: [
    ("Europe/London", "2026-03-29T00:59:59Z", "2026-03-29", 0),
    ("Europe/London", "2026-03-29T01:00:00Z", "2026-03-29", 3600),
    ("Europe/London", "2026-07-01T23:30:00Z", "2026-07-02", 3600),
    ("Europe/London", "2026-12-31T23:59:59Z", "2026-12-31", 0),
    // Beyond the file's table the rule at its end holds.
    ("Europe/London", "2180-07-01T23:30:00Z", "2180-07-02", 3600),
    ("Australia/Lord_Howe", "2026-01-15T00:00:00Z", "2026-01-15", 39600),
    ("Asia/Kathmandu", "2026-01-15T18:15:00Z", "2026-01-16", 20700),
    ("America/New_York", "2045-07-01T03:59:59Z", "2045-06-30", -14400),
    ("UTC", "2026-01-15T23:59:59Z", "2026-01-15", 0),
  ])
  func `tell the day and the offset`(name: String, time: String, day: String, offset: Int) throws {
    let zone = try #require(TimeZoneRules.named(name))
    let instant = try #require(Instant(time))
    #expect(zone.date(at: instant).description == day)
    #expect(zone.offset(at: instant.seconds) == Int64(offset))
  }

  @Test(arguments: [
    ("Europe/London", "2026-07-02", "2026-07-01T23:00:00Z"), ("Europe/London", "2026-01-15", "2026-01-15T00:00:00Z"),
    // Clocks jumped from midnight to one: the day began at one.
    ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"), ("Asia/Beirut", "2025-03-30", "2025-03-29T22:00:00Z"),
    // Clocks went back from midnight to eleven: the new day began at the second midnight.
    ("America/Sao_Paulo", "2019-02-17", "2019-02-17T03:00:00Z"),
  ])
  func `know when a day begins`(name: String, day: String, start: String) throws {
    let zone = try #require(TimeZoneRules.named(name))
    #expect(zone.firstInstant(of: try #require(CalendarDate(day))).description == start)
  }

  @Test(arguments: ["Europe/Lundon", "", "../etc/passwd", "/etc/localtime", "zone.tab"])
  func `that nobody knows are none, never UTC`(name: String) {
    #expect(TimeZoneRules.named(name) == nil)
  }

  @Test func `agree with Python's over 150 years, for every zone`() throws {
    let script = """
      import zoneinfo, datetime, random
      random.seed(1)
      for name in sorted(zoneinfo.available_timezones())[::7]:
          zone = zoneinfo.ZoneInfo(name)
          for _ in range(40):
              second = random.randint(-1500000000, 5000000000)
              moment = datetime.datetime.fromtimestamp(second, zone)
              print(name, second, int(moment.utcoffset().total_seconds()), moment.date())
      """
    let lines = try run("python3", ["-c", script]).output.split(separator: "\n")
    #expect(lines.count > 1000)
    for line in lines {
      let parts = line.split(separator: " ").map(String.init)
      guard let zone = TimeZoneRules.named(parts[0]), let second = Int64(parts[1]) else {
        Issue.record("unreadable: \(line)")
        continue
      }
      #expect("\(zone.offset(at: second))" == parts[2], "\(line)")
      #expect(zone.date(at: Instant(seconds: second)).description == parts[3], "\(line)")
    }
  }
}
