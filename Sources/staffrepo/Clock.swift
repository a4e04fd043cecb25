import Glibc
import RecordSchema
import Records

/// The one place where the time of day is read.
enum Clock {
  /// `STAFFREPO_NOW=2026-01-15T10:30:00Z` stands in for the system's clock, for rehearsals and tests.
  static func now() -> Instant {
    if let text = getenv("STAFFREPO_NOW").map({ String(cString: $0) }) {
      if let instant = Instant(text) { return instant }
      // Going on with today would show another day than the one that was asked for.
      Terminal.problem("STAFFREPO_NOW is '\(text.printable)', not a UTC time such as 2026-01-15T10:30:00Z.")
      exit(64)
    }
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// The day in the organisation's time zone.
  static func today(of source: some RecordSource) throws -> CalendarDate {
    (try source.configuration().configuration ?? Configuration()).organisation.timeZone.date(at: now())
  }

  /// For durations: never set back.
  static func monotonicMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

/// The present, again and again. An instant that stands in for it (`STAFFREPO_NOW`) goes on by the clock that is never set
/// back; the system's own clock is looked at each time, since it may be set while a daemon runs.
struct RunningClock {
  let started: Instant
  private let origin = Clock.monotonicMilliseconds()
  private let isStandIn = getenv("STAFFREPO_NOW") != nil

  init(started: Instant) { self.started = started }

  var now: Instant {
    isStandIn ? started.adding(milliseconds: Clock.monotonicMilliseconds() - origin) : Clock.now()
  }
}
