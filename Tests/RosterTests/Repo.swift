import GitStore
import Journal
import RecordSchema
import Records
import TestSupport

@testable import Roster

/// A bare repository with a history, and readers of it.
final class Repo {
  let scratch: Scratch
  let repository: Repository
  let commits: [OID]

  init(_ graph: CommitGraph) throws {
    scratch = try Scratch()
    try git("init", "--quiet", "--bare", "--initial-branch=main", in: scratch.path)
    commits = try graph.write(to: scratch.path).compactMap { OID($0) }
    repository = try Repository(containing: scratch.path)
  }

  /// A line of trees, an hour apart, each of which says what differs from the one before: `nil` takes a file away.
  convenience init(_ steps: [String: String?]..., start: Int = 1_767_603_600) throws {
    var graph = CommitGraph()
    var files = ["staffrepo.yaml": "organisation:\n  id: 1\n  name: Example\n  time_zone: Europe/London\n"]
    for (number, step) in steps.enumerated() {
      for (path, text) in step { files[path] = text }
      _ = graph.add(files, time: start + number * 3600, parents: number == 0 ? [] : [number - 1])
    }
    try self.init(graph)
    try move(to: commits.count - 1)
  }

  /// The branch leads to one of the commits.
  func move(to number: Int) throws {
    try git("update-ref", "refs/heads/main", commits[number].description, in: scratch.path)
  }

  func reader() throws -> RosterReader {
    let repository = try Repository(containing: scratch.path)
    return RosterReader(repository, PublishedLine(repository, entries: JournalEntries(), catalogues: nil))
  }

  func history() throws -> History {
    let reader = try reader()
    return History(reader.repository, reader)
  }

  /// The roster of a commit, made from nothing.
  func roster(_ number: Int, on day: String = "2026-01-05") throws -> Roster {
    let date = CalendarDate(day) ?? CalendarDate(dayNumber: 0)
    return try reader().roster(of: commits[number], on: { _ in date }).roster
  }

  /// What is told at a commit to somebody who knows an earlier one.
  func changes(
    since: Since, at number: Int, on day: String = "2026-01-05", _ query: StaffQuery = StaffQuery(),
    _ sight: Sight = Sight(), served: [(number: Int, time: String)] = []
  ) throws -> StaffChanges {
    let now = try roster(number, on: day)
    var servings = Servings()
    for (number, time) in served { servings.add(commits[number], at: Instant(time) ?? Instant(seconds: 0)) }
    return try history().past(since, now: now, served: servings).changes(to: now, query, sight)
  }
}

extension Selection {
  var lines: [String] {
    String(decoding: ndjson(0..<count), as: UTF8.self).split(separator: "\n").map { String($0) }
  }
}

/// A person's file.
func person(_ id: Int, _ more: String = "", first: String = "First", last: String = "Last", units: String = "")
  -> String
{
  """
  id: \(id)
  employee_reference: EMP\(id)
  first_name: \(first)
  last_name: \(last)
  email: p\(id)@example.org
  job_title: Cook
  employment_start_date: 2020-01-01

  """ + (units.isEmpty ? "" : "organisational_units: [\(units)]\n") + (more.isEmpty ? "" : more + "\n")
}

func unit(_ id: Int, _ code: String, parent: String? = nil) -> String {
  "id: \(id)\ncode: \(code)\nname: Unit \(id)\n" + (parent.map { "parent: \($0)\n" } ?? "")
}
