import CustomDump
import GitStore
import Foundation
import Journal
import RecordSchema
import TestSupport
import Testing

@testable import Roster

@Suite struct `What changed` {
  private func told(_ changes: StaffChanges) -> [String] {
    changes.people.lines.map { line in
      let id = line.prefix { $0 != "," }.dropFirst(6)
      guard let tail = line.range(of: #","removed":true"#) else { return "\(id)" }
      #expect(line.contains(#""is_active":false"#) && line.contains(#""status":"inactive""#))
      return "\(id) gone\(line[tail.upperBound...].dropLast())"
    }
  }

  private static let steps: [[String: String?]] = [
    [
      "data/units/north.yaml": unit(1, "north"), "data/units/team.yaml": unit(2, "team", parent: "north"),
      "data/units/south.yaml": unit(3, "south"), "data/people/EMP1.yaml": person(1, units: "team"),
      "data/people/EMP2.yaml": person(2, units: "south"), "data/people/EMP3.yaml": person(3, units: "team"),
      "data/people/EMP4.yaml": person(4, "employment_end_date: 2026-01-07", units: "team"),
    ],
    [
      "data/people/EMP1.yaml": nil, "data/people/EMP2.yaml": person(2, first: "Other", units: "south"),
      "data/people/EMP3.yaml": person(3, "salary_grade: G9", units: "south"),
    ],
  ]

  private func repo() throws -> Repo { try Repo(Self.steps[0], Self.steps[1]) }

  private func cursor(_ repo: Repo, _ number: Int, _ day: String = "2026-01-05") throws -> Since {
    try #require(Since("\(repo.commits[number])@\(day)"))
  }

  @Test func `is who differs, and who is gone`() throws {
    let repo = try repo()
    let since = try cursor(repo, 0)
    #expect(told(try repo.changes(since: since, at: 1)) == ["1 gone", "2", "3"])
    #expect(told(try repo.changes(since: since, at: 0)) == [])
    #expect(told(try repo.changes(since: since, at: 0, on: "2026-01-08")) == ["4"])
    #expect(told(try repo.changes(since: since, at: 1, on: "2026-01-08")) == ["1 gone", "2", "3", "4"])
    let full = try repo.changes(since: since, at: 1).full
    #expect(full.ids.map(\.rawValue) == [2, 3, 4])
  }

  @Test func `is for a limited sight that somebody came or left`() throws {
    let repo = try repo()
    let since = try cursor(repo, 0)
    func told(_ units: String...) throws -> [String] {
      self.told(
        try repo.changes(since: since, at: 1, StaffQuery(), Sight(units: Set(units.map { UnitCode($0) }))))
    }
    #expect(try told("north") == ["1 gone", #"3 gone,"reason":"out_of_scope""#])
    #expect(try told("south") == ["2", "3"])
    #expect(try told("nowhere") == [])
  }

  @Test func `is for a filter that somebody left it`() throws {
    let repo = try repo()
    var query = StaffQuery()
    query.unit = UnitCode("north")
    #expect(
      told(try repo.changes(since: cursor(repo, 0), at: 1, query)) == [
        "1 gone", #"3 gone,"reason":"out_of_selection""#,
      ])
    query = StaffQuery()
    query.text = "other"
    #expect(told(try repo.changes(since: cursor(repo, 0), at: 1, query)) == ["2"])
  }

  @Test func `is nothing where only what is sensitive differs, for who does not see it`() throws {
    let repo = try Repo(
      ["data/people/EMP1.yaml": person(1, "salary_grade: G1")], ["data/people/EMP1.yaml": person(1, "salary_grade: G2")]
    )
    #expect(told(try repo.changes(since: cursor(repo, 0), at: 1)) == [])
    #expect(told(try repo.changes(since: cursor(repo, 0), at: 1, StaffQuery(), Sight(isSensitive: true))) == ["1"])
  }

  @Test func `is also another photo at the same place`() throws {
    let text = person(1, "photo_path: photos/EMP1.jpg\nsignature_path: signatures/EMP1.png")
    let repo = try Repo(
      ["data/people/EMP1.yaml": text, "data/photos/EMP1.jpg": "one"], ["data/photos/EMP1.jpg": "two"],
      ["data/photos/EMP1.jpg": nil])
    #expect(told(try repo.changes(since: cursor(repo, 0), at: 1)) == ["1"])
    #expect(told(try repo.changes(since: cursor(repo, 1), at: 2)) == ["1"])
  }

  @Test func `is a unit's name with its people, and a unit that moved with those whom it takes along`() throws {
    let repo = try Repo(
      Self.steps[0], ["data/units/team.yaml": "id: 2\ncode: team\nname: New\nparent: north\n"],
      ["data/units/team.yaml": "id: 2\ncode: team\nname: New\nparent: south\n"])
    #expect(told(try repo.changes(since: cursor(repo, 0), at: 1)) == ["1", "3", "4"])
    #expect(told(try repo.changes(since: cursor(repo, 1), at: 2)) == [])
    let south = Sight(units: [UnitCode("south")])
    #expect(told(try repo.changes(since: cursor(repo, 1), at: 2, StaffQuery(), south)) == ["1", "3", "4"])
    let north = Sight(units: [UnitCode("north")])
    #expect(
      told(try repo.changes(since: cursor(repo, 1), at: 2, StaffQuery(), north))
        == [1, 3, 4].map { #"\#($0) gone,"reason":"out_of_scope""# })
  }

  @Test func `begins with the day of a commit that is named without one`() throws {
    let repo = try repo()
    let commit = try #require(Since(repo.commits[0].description))
    #expect(told(try repo.changes(since: commit, at: 0, on: "2026-01-08")) == ["4"])
    #expect(told(try repo.changes(since: commit, at: 0, on: "2026-01-07")) == [])
  }

  @Test func `tells who was in sight on a day in between`() throws {
    let repo = try Repo([
      "data/units/north.yaml": unit(1, "north"),
      "data/people/EMP1.yaml": person(1, units: "{unit: north, from: 2026-01-07, until: 2026-01-08}"),
    ])
    let north = Sight(units: [UnitCode("north")])
    let commit = try #require(Since(repo.commits[0].description))
    #expect(
      told(try repo.changes(since: commit, at: 0, on: "2026-01-20", StaffQuery(), north))
        == [#"1 gone,"reason":"out_of_scope""#])
    #expect(told(try repo.changes(since: cursor(repo, 0), at: 0, on: "2026-01-20", StaffQuery(), north)) == [])
  }

  @Test func `is not told as of a day on which the commit cannot have been served`() throws {
    let repo = try Repo([
      "data/units/north.yaml": unit(1, "north"),
      "data/people/EMP1.yaml": person(1, units: "{unit: north, from: 2026-03-01}"),
      "data/people/EMP2.yaml": person(2, units: "{unit: north, until: 2024-01-31}"),
    ])
    let north = Sight(units: [UnitCode("north")])
    for day in ["2026-03-02", "2026-01-07", "2026-01-03", "2023-05-05"] {
      #expect(throws: StaleCopy.unknown, "\(day)") {
        try repo.changes(since: cursor(repo, 0, day), at: 0, on: "2026-01-06", StaffQuery(), north)
      }
    }
    for since in [try cursor(repo, 0, "2026-01-04"), try cursor(repo, 0, "2026-01-06")]
      + ["0001-01-01", "2023-05-05", "2023-05-05T12:00:00Z"].compactMap({ Since($0) })
    {
      #expect(told(try repo.changes(since: since, at: 0, on: "2026-01-06", StaffQuery(), north)) == [], "\(since)")
    }
  }

  // MARK: Times

  /// Two people who come and go again, an hour apart from 09:00.
  private func comingAndGoing() throws -> Repo {
    try Repo(
      ["data/people/EMP1.yaml": person(1)], ["data/people/EMP2.yaml": person(2)],
      ["data/people/EMP2.yaml": nil, "data/people/EMP1.yaml": person(1, first: "Other")],
      ["data/people/EMP1.yaml": person(1)])
  }

  @Test(arguments: [
    ("2026-01-05T12:30:00Z", []), ("2026-01-05T12:00:00Z", ["1"]), ("2026-01-05T11:30:00Z", ["1"]),
    ("2026-01-05T10:30:00Z", ["1", "2 gone"]), ("2026-01-05T09:30:00Z", ["1", "2 gone"]),
    ("2026-01-05T08:30:00Z", ["1", "2 gone"]), ("2026-01-05T14:30:00+02:00", []), ("2026-01-05", ["1", "2 gone"]),
    ("1970-01-01", ["1", "2 gone"]), ("2026-01-06", []),
  ])
  func `since a time is whoever was touched, even if they look the same again`(time: String, expected: [String]) throws
  {
    #expect(told(try comingAndGoing().changes(since: #require(Since(time)), at: 3)) == expected)
  }

  @Test func `since a time is also what was committed before it and published after it`() throws {
    let repo = try comingAndGoing()
    let line = try #require(CalendarDate("2026-01-05"))
    var journal = try Journal(repo.repository)
    for (place, time) in [(0, "2026-01-05T13:00:00Z"), (3, "2026-01-05T15:00:00Z")] {
      try journal.append(
        JournalEntry(
          position: journal.entries.count + 1, kind: place == 0 ? .baseline : .forward,
          from: place == 0 ? nil : repo.commits[0], to: repo.commits[place], settled: line, held: [], approvals: [],
          acknowledged: [:], rewrittenAt: nil), at: #require(Instant(time)))
    }
    func told(_ time: String) throws -> [String] {
      self.told(try repo.changes(since: #require(Since(time)), at: 3))
    }
    #expect(try told("2026-01-05T15:30:00Z") == [])
    #expect(try told("2026-01-05T14:30:00Z") == ["1", "2 gone"])
  }

  @Test func `since a time is also what was committed before it and pushed after it, though nobody published`() throws {
    let repo = try comingAndGoing()
    func told(_ time: String, served: [(number: Int, time: String)]) throws -> [String] {
      self.told(try repo.changes(since: #require(Since(time)), at: 3, served: served))
    }
    let served = [(number: 0, time: "2026-01-05T13:00:00Z"), (number: 3, time: "2026-01-05T15:00:00Z")]
    #expect(try told("2026-01-05T15:30:00Z", served: served) == [])
    #expect(try told("2026-01-05T15:00:30Z", served: served) == ["1", "2 gone"], "clocks differ a little")
    #expect(try told("2026-01-05T14:30:00Z", served: served) == ["1", "2 gone"])
    #expect(try told("2026-01-05T12:30:00Z", served: served) == ["1", "2 gone"], "before the program began")
  }

  @Test func `since a time before a branch went back is also what only was there then`() throws {
    let repo = try Repo(
      ["data/people/EMP1.yaml": person(1)], ["data/people/EMP2.yaml": person(2)])
    let changes = try repo.changes(
      since: #require(Since("2026-01-05T14:00:00Z")), at: 0,
      served: [(0, "2026-01-05T12:00:00Z"), (1, "2026-01-05T13:00:00Z"), (0, "2026-01-05T15:00:00Z")])
    #expect(told(changes).contains("2 gone"))
  }

  @Test func `since a time before a rewrite is found by the journal`() throws {
    var graph = CommitGraph()
    let files = ["staffrepo.yaml": "organisation:\n  id: 1\n  time_zone: UTC\n", "data/people/EMP1.yaml": person(1)]
    let start = 1_767_603_600
    let root = graph.add(files, time: start, parents: [])
    let old = graph.add(files.merging(["data/people/EMP2.yaml": person(2)]) { $1 }, time: start + 60, parents: [root])
    let new = graph.add(files.merging(["data/people/EMP3.yaml": person(3)]) { $1 }, time: start + 90, parents: [root])
    let repo = try Repo(graph)
    let day = try #require(CalendarDate("2026-01-05"))
    func changes(_ since: String) throws -> [String] {
      told(try repo.changes(since: #require(Since(since)), at: new))
    }
    #expect(throws: StaleCopy.unknown) { try changes(repo.commits[old].description) }
    var journal = try Journal(repo.repository)
    try journal.append(
      JournalEntry(
        position: 1, kind: .baseline, from: nil, to: repo.commits[old], settled: day, held: [], approvals: [],
        acknowledged: [:], rewrittenAt: nil), at: Instant(seconds: Int64(start + 70)))
    #expect(try changes(repo.commits[old].description) == ["2 gone", "3"])
    #expect(try changes("2026-01-05T09:02:00Z").contains("2 gone"))
    #expect(try changes("2026-01-05T09:02:00Z").contains("3"))
  }

  // MARK: Who has to fetch everything

  @Test func `nobody can tell since a commit that is not there, or never was the branch's`() throws {
    var graph = CommitGraph()
    let files = ["staffrepo.yaml": "organisation:\n  id: 1\n  time_zone: UTC\n", "data/people/EMP1.yaml": person(1)]
    let root = graph.add(files, time: 1_767_603_600, parents: [])
    let side = graph.add(
      files.merging(["data/people/EMP2.yaml": person(2)]) { $1 }, time: 1_767_603_660, parents: [root])
    let merge = graph.add(files, time: 1_767_603_720, parents: [root, side])
    let repo = try Repo(graph)
    for text in [String(repeating: "1", count: 40), repo.commits[side].description, "\(repo.commits[side])@2026-01-05"]
    {
      #expect(throws: StaleCopy.unknown) { try repo.changes(since: #require(Since(text)), at: merge) }
    }
    let served = try repo.changes(
      since: #require(Since(repo.commits[side].description)), at: merge, served: [(side, "2026-01-05T09:03:00Z")])
    #expect(told(served) == ["2 gone"])
  }
}
