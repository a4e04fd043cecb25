import GitStore
import Glibc
import RecordSchema
import Roster

/// Follows a repository's branch and says, a line for each thing, what it took: Bench/roster.py runs it.
@main
enum RosterBench {
  static func main() throws {
    let path = CommandLine.arguments[1]
    let cache = CommandLine.arguments[2]
    let started = ContinuousClock.now
    let follower = try RosterFollower(
      .init(open: { try Repository(containing: path) }, branch: { _ in "main" }, cache: cache, clock: { now() }))
    while follower.roster == nil {
      if let problem = follower.problem { fatalError(problem.text) }
      usleep(1000)
    }
    say("first", started)
    var roster = follower.roster!
    tell("people \(roster.count)")
    ask(roster, follower)
    tell("ready")
    while true {
      usleep(500)
      guard let next = follower.roster, next !== roster else { continue }
      tell("roster \(next.commit)")
      let began = ContinuousClock.now
      let changes = try follower.changes(since: Since(roster.cursor)!, StaffQuery(), Sight())
      say("changes", began)
      tell("changed \(changes.people.count)")
      roster = next
    }
  }

  /// What consumers ask of a roster that is new.
  private static func ask(_ roster: Roster, _ follower: RosterFollower) {
    func time(_ name: String, _ work: () -> Int) {
      let began = ContinuousClock.now
      guard work() >= 0 else { return }
      say(name, began)
    }
    let active = StaffQuery()
    var all = StaffQuery()
    all.includesInactive = true
    var search = all
    search.text = "siobhan okafor"
    time("select") { roster.people(active, Sight()).count }
    time("digest") { roster.people(active, Sight()).digest.count }
    time("digest-again") { roster.people(active, Sight()).digest.count }
    time("page") { roster.people(active, Sight()).json(5000..<5100).count }
    time("search") { roster.people(search, Sight()).count }
    time("reference") { roster.person(EmployeeReference("emp0050000"), Sight()) == nil ? -1 : 1 }
    time("ndjson") { roster.people(all, Sight()).ndjson(0..<roster.count).count }
    time("csv") { roster.people(all, Sight()).csv(0..<roster.count).count }
  }

  private static func say(_ name: String, _ began: ContinuousClock.Instant) {
    let (seconds, attoseconds) = (ContinuousClock.now - began).components
    tell("\(name) \(Double(seconds) * 1000 + Double(attoseconds) / 1e15)")
  }

  /// Whoever reads waits for the line.
  private static func tell(_ line: String) {
    print(line)
    fflush(nil)
  }

  private static func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}
