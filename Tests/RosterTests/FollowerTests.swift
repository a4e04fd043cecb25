import Foundation
import GitStore
import RecordSchema
import Synchronization
import TestSupport
import Testing

@testable import Roster

@Suite struct `The follower` {
  /// A work tree and its branch, and a clock that is set by hand.
  private final class Branch: Sendable {
    let scratch: Scratch
    let now = Mutex(Instant(seconds: 1_767_603_600))
    var path: String { scratch.path }

    init() throws {
      scratch = try Scratch()
      try git("init", "--quiet", "--initial-branch=main", in: path)
    }

    func write(_ files: [String: String]) throws {
      for (name, text) in files {
        let url = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
      }
    }

    @discardableResult
    func commit(_ files: [String: String]) throws -> String {
      try write(files)
      try git("add", "--all", in: path)
      try git("commit", "--quiet", "--message", "change", in: path)
      return try git("rev-parse", "HEAD", in: path)
    }

    func follower(branch: @escaping @Sendable (Repository) throws -> String = { _ in "main" }) throws -> RosterFollower
    {
      let path = path
      return try RosterFollower(
        .init(
          open: { try Repository(containing: path) }, branch: branch, cache: "\(path)/.git/staffrepo/cache",
          clock: { [self] in now.withLock { $0 } }))
    }
  }

  private static let settings = "organisation:\n  id: 1\n  name: Example\n  time_zone: Europe/London\n"

  /// Waits until something is so; a test that waits for ever fails by the suite's limit.
  private func until(_ what: Comment, _ isSo: () throws -> Bool) throws {
    for _ in 0..<6000 {
      if try isSo() { return }
      usleep(20_000)
    }
    Issue.record("in two minutes it was not so: \(what)")
  }

  @Test(.timeLimit(.minutes(10))) func `shows a commit, and what it changed`() throws {
    let branch = try Branch()
    let first = try branch.commit(["staffrepo.yaml": Self.settings, "data/people/EMP1.yaml": person(1)])
    let follower = try branch.follower()
    defer { follower.stop() }
    try until("the first roster") { follower.roster?.commit == first }
    #expect(follower.problem == nil)
    let cursor = try #require(follower.roster?.cursor)
    let second = try branch.commit(["data/people/EMP2.yaml": person(2)])
    try until("the second") { follower.roster?.commit == second }
    let changes = try follower.changes(since: #require(Since(cursor)), StaffQuery(), Sight())
    #expect(changes.people.ids == [PersonID(2)])
    #expect(changes.roster.commit == second)
    #expect(changes.full.count == 2)
    let again = try follower.changes(since: #require(Since(cursor)), StaffQuery(), Sight())
    #expect(again.people === changes.people, "what was asked before is not worked out again")
    #expect(try follower.changes(since: #require(Since(second)), StaffQuery(), Sight()).people.count == 0)
    #expect(try follower.changes(since: #require(Since(first)), StaffQuery(), Sight()).people.ids == [PersonID(2)])
    #expect(throws: StaleCopy.unknown) {
      try follower.changes(since: #require(Since(String(repeating: "0", count: 40))), StaffQuery(), Sight())
    }
    // Packed references are no files of their own.
    try git("pack-refs", "--all", in: branch.path)
    let third = try branch.commit(["data/people/EMP3.yaml": person(3)])
    try until("the third") { follower.roster?.commit == third }
    // Rewritten.
    try git("reset", "--quiet", "--hard", first, in: branch.path)
    let other = try branch.commit(["data/people/EMP4.yaml": person(4)])
    try until("the rewritten branch") { follower.roster?.commit == other }
    let rewritten = try follower.changes(since: #require(Since(third)), StaffQuery(), Sight())
    #expect(rewritten.people.ids.map(\.rawValue) == [2, 3, 4])
    #expect(rewritten.full.ids.map(\.rawValue) == [1, 4])
  }

  @Test(.timeLimit(.minutes(10))) func `shows a new day at its first instant in the organisation's zone`() throws {
    let branch = try Branch()
    try branch.commit([
      "staffrepo.yaml": Self.settings, "data/people/EMP1.yaml": person(1, "employment_end_date: 2026-07-05"),
    ])
    // British summer time: midnight is at 23:00.
    branch.now.withLock { $0 = Instant(seconds: 1_783_292_399) }
    let follower = try branch.follower()
    defer { follower.stop() }
    try until("the first roster") { follower.roster != nil }
    #expect(follower.roster?.asOf.description == "2026-07-05")
    #expect(follower.roster?.people(StaffQuery(), Sight()).count == 1)
    branch.now.withLock { $0 = Instant(seconds: 1_783_292_400) }
    follower.look()
    try until("the next day") { follower.roster?.asOf.description == "2026-07-06" }
    #expect(follower.roster?.people(StaffQuery(), Sight()).count == 0)
  }

  @Test(.timeLimit(.minutes(10))) func `keeps the last roster while the branch is away, and says since when`() throws {
    let branch = try Branch()
    let follower = try branch.follower()
    defer { follower.stop() }
    try until("a problem") { follower.problem != nil }
    #expect(follower.roster == nil)
    #expect(throws: RosterError.self) {
      try follower.changes(since: .date(CalendarDate(dayNumber: 0)), StaffQuery(), Sight())
    }
    try branch.commit(["README": "nothing yet\n"])
    try until("another problem") { follower.problem?.text.contains("staffrepo.yaml") == true }
    let first = try branch.commit(["staffrepo.yaml": Self.settings, "data/people/EMP1.yaml": person(1)])
    try until("the first roster") { follower.roster?.commit == first && follower.problem == nil }

    branch.now.withLock { $0 = $0.adding(seconds: 60) }
    try git("update-ref", "-d", "refs/heads/main", in: branch.path)
    try until("a missing branch") { follower.problem != nil }
    #expect(follower.problem?.since == branch.now.withLock { $0 })
    #expect(follower.roster?.commit == first)
    try git("update-ref", "refs/heads/main", first, in: branch.path)
    try until("that it is over") { follower.problem == nil }
  }

  @Test(.timeLimit(.minutes(10))) func `heals when an object that was missing is there`() throws {
    let branch = try Branch()
    let first = try branch.commit(["staffrepo.yaml": Self.settings, "data/people/EMP1.yaml": person(1)])
    let follower = try branch.follower()
    defer { follower.stop() }
    try until("the first roster") { follower.roster?.commit == first }
    try branch.write(["data/people/EMP2.yaml": person(2)])
    let blob = try git("hash-object", "-w", "data/people/EMP2.yaml", in: branch.path)
    let object = "\(branch.path)/.git/objects/\(blob.prefix(2))/\(blob.dropFirst(2))"
    try git("add", "--all", in: branch.path)
    try FileManager.default.moveItem(atPath: object, toPath: object + ".away")
    let tree = try run("git", ["write-tree", "--missing-ok"], in: branch.path).output.trimmingCharacters(in: .newlines)
    let commit = try git("commit-tree", "-p", first, "-m", "broken", tree, in: branch.path)
    try git("update-ref", "refs/heads/main", commit, in: branch.path)
    try until("a problem") { follower.problem != nil }
    #expect(follower.roster?.commit == first)
    try FileManager.default.moveItem(atPath: object + ".away", toPath: object)
    try until("that it is over") { follower.roster?.commit == commit && follower.problem == nil }
    #expect(follower.roster?.count == 2)
  }

  @Test(.timeLimit(.minutes(10))) func `has the last settings that can be read, and the keys in force`() throws {
    let branch = try Branch()
    let key = """
      system: digital-id
      key_hash: "sha256:\(String(repeating: "a", count: 64))"
      scopes: [staff:read]

      """
    try branch.commit([
      "staffrepo.yaml": Self.settings, "data/people/EMP1.yaml": person(1), "data/apikeys/digital-id.yaml": key,
    ])
    let follower = try branch.follower()
    defer { follower.stop() }
    try until("the first roster") { follower.roster != nil }
    #expect(follower.roster?.keys.map(\.name) == ["digital-id"])
    let broken = try branch.commit(["staffrepo.yaml": "organisation: [\n", "data/people/EMP2.yaml": person(2)])
    try until("the broken settings") { follower.roster?.commit == broken }
    #expect(follower.roster?.organisation == 1)
    #expect(follower.roster?.count == 2)
    try FileManager.default.removeItem(atPath: "\(branch.path)/data/apikeys/digital-id.yaml")
    let revoked = try branch.commit(["staffrepo.yaml": Self.settings])
    try until("the key to be gone") { follower.roster?.commit == revoked }
    #expect(follower.roster?.keys.isEmpty == true)
  }

  @Test(.timeLimit(.minutes(10))) func `shows photos and signatures that may be shown`() throws {
    let branch = try Branch()
    let images = "photo_path: photos/EMP1.png\nsignature_path: signatures/EMP1.png"
    try branch.commit([
      "staffrepo.yaml": Self.settings, "data/units/north.yaml": unit(1, "north"),
      "data/people/EMP1.yaml": person(1, images, units: "north"),
      "data/people/EMP2.yaml": person(2, "photo_path: photos/EMP2.png\nphoto_status: pending"),
      "data/people/EMP3.yaml": person(3, "photo_path: photos/nowhere.png"),
      "data/people/EMP4.yaml": person(4, "photo_path: photos/EMP4.png"), "data/photos/EMP1.png": "\u{1}",
      "data/photos/EMP2.png": "\u{1}", "data/photos/EMP4.png": "no image",
      "data/signatures/EMP1.png": "RIFF1234WEBPxyz",
    ])
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]
    try Data(png).write(to: URL(fileURLWithPath: "\(branch.path)/data/photos/EMP1.png"))
    let commit = try branch.commit([:])
    let follower = try branch.follower()
    defer { follower.stop() }
    try until("the roster") { follower.roster?.commit == commit }
    let roster = try #require(follower.roster)
    let photo = try #require(roster.photo(of: PersonID(1), Sight()))
    #expect(try git("rev-parse", "HEAD:data/photos/EMP1.png", in: branch.path) == photo.blob)
    // From several threads at once.
    DispatchQueue.concurrentPerform(iterations: 16) { _ in
      let read = try? photo.read()
      #expect(read?.format == .png && read?.bytes == png)
    }
    #expect(try roster.signature(of: PersonID(1), Sight())?.read()?.format == .webp)
    #expect(roster.photo(of: PersonID(2), Sight()) == nil)
    #expect(roster.photo(of: PersonID(3), Sight()) == nil)
    #expect(try roster.photo(of: PersonID(4), Sight())?.read() == nil)
    #expect(roster.photo(of: PersonID(1), Sight(units: [])) == nil)
    #expect(roster.signature(of: PersonID(1), Sight(units: [])) == nil)
    #expect(roster.photo(of: PersonID(1), Sight(units: [UnitCode("north")]))?.blob == photo.blob)
    #expect(roster.photo(of: PersonID(9), Sight()) == nil)
  }

  @Test(.timeLimit(.minutes(10))) func `shows readers whole pushes only`() throws {
    let branch = try Branch()
    func files(_ round: Int) -> [String: String] {
      Dictionary(
        uniqueKeysWithValues: (1...40).map { ("data/people/EMP\($0).yaml", person($0, first: "Round\(round)")) })
    }
    try branch.commit(files(0).merging(["staffrepo.yaml": Self.settings]) { $1 })
    let follower = try branch.follower()
    defer { follower.stop() }
    try until("the first roster") { follower.roster != nil }
    let isOver = Atomic(false)
    let torn = Atomic(0)
    let seen = Mutex<Set<String>>([])
    let readers = DispatchGroup()
    for _ in 0..<2 {
      DispatchQueue.global().async(group: readers) {
        while !isOver.load(ordering: .relaxed) {
          guard let roster = follower.roster else { continue }
          let all = roster.people(StaffQuery(), Sight())
          let rounds = Set(all.lines.compactMap { $0.firstMatch(of: /Round\d+/).map { String($0.output) } })
          if rounds.count != 1 || all.count != 40 { torn.add(1, ordering: .relaxed) }
          seen.withLock { $0.formUnion(rounds) }
        }
      }
    }
    var last = ""
    for round in 1...8 { last = try branch.commit(files(round)) }
    try until("the last roster") { follower.roster?.commit == last }
    usleep(50_000)
    isOver.store(true, ordering: .relaxed)
    readers.wait()
    #expect(torn.load(ordering: .relaxed) == 0)
    #expect(seen.withLock { $0.contains("Round8") })
  }
}
