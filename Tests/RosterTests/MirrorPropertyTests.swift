import CustomDump
import Foundation
import GitStore
import RecordSchema
import TestSupport
import Testing

@testable import Roster

/// Whatever happens to the records, a copy that is kept by what changed is what a full answer gives.
@Suite struct `A mirror` {
  static let seeds = Array(0..<(ProcessInfo.processInfo.environment["STAFFREPO_HISTORIES"].flatMap(Int.init) ?? 60))

  @Test(arguments: seeds)
  func `that is told what changed, step by step, equals a full answer`(seed: Int) throws {
    var random = SeededRandom(seed + 7_000_000)
    let history = RandomHistory(seed: seed + 20_000, commits: Int.random(in: 6...16, using: &random))
    let repo = try Repo(history.graph)
    let stops = history.line.indices.filter { $0 == 0 || random.oneIn(2) } + [history.line.count - 1]
    var visits: [Visit] = []
    for place in Set(stops).sorted() {
      let next = place + 1 < history.line.count ? history.times[place + 1] : history.times[place] + 86_400 * 40
      // Some days at the same commit.
      var time = history.times[place]
      for _ in 0...Int.random(in: 0...2, using: &random) {
        visits.append(Visit(node: history.line[place], time: time))
        time = Int.random(in: time...max(time, next - 1), using: &random)
      }
    }
    try follow(visits, in: repo, &random)
  }

  @Test(arguments: 0..<80)
  func `survives that the branch is rewritten`(seed: Int) throws {
    var random = SeededRandom(seed + 8_000_000)
    var history = RandomHistory(seed: seed + 30_000, commits: 8)
    var visits: [Visit] = []
    for _ in 0..<3 {
      visits.append(
        Visit(
          node: history.line[history.line.count - 1], time: history.time + Int.random(in: 0...86_400, using: &random)))
      // Back to an earlier commit of the same line, too.
      if random.oneIn(3) {
        visits.append(
          Visit(node: history.line.randomElement(using: &random)!, time: visits[visits.count - 1].time + 60))
      }
      history.rewrite()
    }
    visits.append(Visit(node: history.line[history.line.count - 1], time: history.time + 86_400))
    let latest = visits.indices.map { index in visits[...index].map(\.time).max()! }
    for index in visits.indices { visits[index].time = latest[index] }
    try follow(visits, in: Repo(history.graph), &random)
  }

  private struct Visit {
    let node: Int
    var time: Int
  }

  /// What one consumer asks for, and what it holds.
  private struct Mirror {
    let query: StaffQuery
    let sight: Sight
    /// JSON by id.
    var people: [Int: String] = [:]
    /// What it was told last: the commit, the day and the time.
    var last: (roster: Roster, time: Int)?

    mutating func fetch(_ now: Roster) throws {
      people = [:]
      try apply(now.people(query.withInactive, sight))
    }

    mutating func apply(_ selection: Selection) throws {
      for (id, line) in zip(selection.ids, selection.lines) {
        people[id.rawValue] =
          line.hasSuffix("\"removed\":true}") || line.contains(#","removed":true,"reason":"#) ? nil : line
      }
    }
  }

  private func mirrors() -> [Mirror] {
    let sights = [
      Sight(), Sight(isSensitive: true), Sight(units: ["team-1"].codes), Sight(units: ["team-2", "team-4"].codes),
    ]
    var queries = [StaffQuery(), StaffQuery(), StaffQuery(), StaffQuery()]
    queries[1].unit = UnitCode("team-1")
    queries[2].text = "job first1"
    queries[3].reference = EmployeeReference("emp3")
    return sights.flatMap { sight in queries.map { Mirror(query: $0, sight: sight) } }
  }

  private func follow(_ visits: [Visit], in repo: Repo, _ random: inout SeededRandom) throws {
    let reader = try repo.reader()
    var (known, history) = (RosterReader.Known?.none, try repo.history())
    var mirrors = mirrors()
    var served = Servings()
    for visit in visits {
      let instant = Instant(seconds: Int64(visit.time))
      let next = try reader.roster(of: repo.commits[visit.node], on: { $0.date(at: instant) }, from: known)
      known = next
      let now = next.roster
      served.add(now.oid, at: instant)
      // From nothing, it is the same.
      let fresh = try repo.reader().roster(of: now.oid, on: { $0.date(at: instant) }).roster
      expectNoDifference(now.everything, fresh.everything)
      if random.oneIn(3) { history = try repo.history() }
      for index in mirrors.indices
      where random.oneIn(2) || mirrors[index].last == nil || visit.time == visits.last?.time {
        var mirror = mirrors[index]
        if let last = mirror.last {
          let since = try since(last, &random)
          let past =
            random.oneIn(4) && !since.isVague
            ? Past(last.roster) : try history.past(since, now: now, served: served)
          let changes = past.changes(to: now, mirror.query, mirror.sight)
          try mirror.apply(changes.people)
          expectNoDifference(
            mirror.people.sorted { $0.key < $1.key }.map(\.value),
            fresh.people(mirror.query.withInactive, mirror.sight).lines,
            "after \(since) from \(last.roster.cursor) to \(now.cursor) for \(mirror.query) and \(mirror.sight)")
          #expect(changes.full.digest == fresh.people(mirror.query.withInactive, mirror.sight).digest)
          #expect(changes.people.ids == changes.people.ids.sorted())
        } else {
          try mirror.fetch(now)
        }
        mirror.last = (now, visit.time)
        mirrors[index] = mirror
      }
    }
  }

  private func since(
    _ last: (roster: Roster, time: Int), _ random: inout SeededRandom
  ) throws -> Since {
    let instant = Instant(seconds: Int64(last.time))
    let zone = last.roster.configuration.organisation.timeZone
    let choices = [
      last.roster.cursor, last.roster.commit, instant.description,
      zone.date(at: instant).description,
    ]
    return try #require(Since(choices.randomElement(using: &random)!))
  }
}

extension Since {
  fileprivate var isVague: Bool { if case .cursor = self { false } else { true } }
}

extension [String] {
  fileprivate var codes: Set<UnitCode> { Set(map { UnitCode($0) }) }
}

extension Roster {
  /// All that anybody can be told.
  fileprivate var everything: [String] {
    var query = StaffQuery()
    query.includesInactive = true
    let rows = list.chunks.flatMap(\.rows)
    return people(query, Sight()).lines + people(query, Sight(isSensitive: true)).lines
      + [people(query, Sight(isSensitive: true)).digest, people(StaffQuery(), Sight()).digest, units(Sight()).digest]
      + rows.map { "\($0.id) \($0.isActive) \($0.units) \($0.images) \($0.reference) \($0.words)" }
      + keys.map(\.name)
  }
}
