import Foundation
import GitStore
import RecordSchema
import TestSupport
import Testing

@testable import Catalogue
@testable import Records
@testable import Validators

/// A line of commits that change at random.
private struct RandomLine {
  let scratch: Scratch
  let repository: Repository
  let commits: [OID]

  /// - Parameter heals: now and then everything is put right.
  init(seed: Int, commits count: Int, heals: Bool = false) throws {
    scratch = try Scratch()
    try git("init", "--quiet", "--bare", in: scratch.path)
    var records = RandomRecords(seed: seed)
    var graph = CommitGraph()
    for number in 0..<count {
      _ = graph.add(records.files, time: 1_767_603_600 + number, parents: number == 0 ? [] : [number - 1])
      if heals, number % 20 == 19 { records.heal() } else { records.change() }
    }
    repository = try Repository(containing: scratch.path)
    commits = try graph.write(to: scratch.path).compactMap { OID($0) }
  }

  var cacheFolder: String { scratch.path + "/cache" }

  func source(_ number: Int) throws -> CommitSource { try CommitSource(repository, commit: commits[number]) }
}

@Suite struct `What is kept between runs` {
  @Test func `never changes what validation finds, over a thousand random changes`() throws {
    let line = try RandomLine(seed: 5, commits: 1000)
    let cache = ValidationCache(line.repository, folder: line.cacheFolder)
    var (judgedByChange, findings) = (0, 0)
    for number in line.commits.indices {
      let source = try line.source(number)
      // What a change does depends on history: without anything kept, all of it is walked each time.
      let base = try number % 200 == 100 ? line.source(max(0, number - 1)) : nil
      // Days go on, stand still, and go back.
      let day = ExampleWorld.day.adding(days: number / 3 * 37 % 400 - 100)
      if number % 10 == 5 {
        let commit = line.commits[number]
        let configuration = try Configuration.inForce(at: commit, in: line.repository) ?? Configuration()
        if try cache.judge(source, RuleContext(configuration, on: day)) != nil { judgedByChange += 1 }
      }
      let kept = try validate(source, asOf: day, base: base, cache: cache)
      let anew = try validate(source, asOf: day, base: base)
      let difference = described(kept).difference(from: described(anew))
      #expect(difference.isEmpty, "commit \(number)")
      #expect((kept.people, kept.units) == (anew.people, anew.units), "commit \(number)")
      findings += anew.diagnostics.count
    }
    // Otherwise it would have compared nothing with nothing.
    #expect(judgedByChange > 90)
    #expect(findings > 10_000)
  }

  private func described(_ report: ValidationReport) -> [String] { report.diagnostics.map(\.json.text) }

  @Test func `never changes who is in force, whatever tree it is about`() throws {
    let line = try RandomLine(seed: 6, commits: 400, heals: true)
    let catalogues = CatalogueStore(folder: line.cacheFolder)
    var truth = try Staff()
    var random = SeededRandom(3)
    var clean: Int?
    var compared = 0
    for number in line.commits.indices {
      _ = try truth.move(to: line.source(number))
      // As if an earlier or later run had been somewhere else.
      if random.oneIn(20) {
        try? FileManager.default.removeItem(atPath: line.cacheFolder)
        _ = try Staff(near: line.commits.randomElement(using: &random)!, in: line.repository, catalogues)
      }
      var alone = try Staff(near: line.commits[number], in: line.repository, nil)
      _ = try alone.move(to: line.source(number))
      #expect(alone.isClean == truth.isClean, "commit \(number)")
      // The last commit that needs no memory of those before it.
      if truth.isClean { clean = number }
      guard let first = clean else { continue }
      var staff = try Staff(near: line.commits[first], in: line.repository, catalogues)
      for later in first...number { _ = try staff.move(to: line.source(later)) }
      #expect(try described(staff) == described(truth), "commit \(number) from \(first)")
      compared += 1
    }
    #expect(compared > 350)
  }

  private func described(_ staff: Staff) throws -> [String] {
    let people = try staff.everybody().map {
      "\($0.path) \($0.record) \(String(describing: try staff.image($0.record.photoPath)))"
    }
    let units = try staff.units.all().sorted.map { "\($0)" }
    let codes = try (0...8).map { "\(String(describing: try staff.units.unit(UnitCode("unit-\($0)"))?.id))" }
    let (first, last) = (CalendarDate(dayNumber: 14_000), CalendarDate(dayNumber: 25_000))
    // Days on which nothing differs after all may be named as well.
    let days = try staff.everybody().flatMap { person in
      try person.record.boundaryDates.map { date in
        let named = try staff.boundaries(after: first, through: last).contains {
          $0.day == date && $0.people.contains(person.record.id)
        }
        return "\(person.record.id) \(date) \(named)"
      }
    }
    return people + units + codes + days.sorted() + staff.subscriptions.map { "\($0)" } + staff.apiKeys.map { "\($0)" }
      + staff.held.map { "\($0)" }
      + ["\(staff.isClean)"]
  }

  @Test func `changes nothing when it is damaged, cut short, or not ours`() throws {
    let line = try RandomLine(seed: 7, commits: 12)
    let other = try RandomLine(seed: 8, commits: 2)
    let last = try line.source(11)
    let expected = try validate(last, asOf: ExampleWorld.day).diagnostics
    let expectedStaff = try staff(line, nil)
    let cache = ValidationCache(line.repository, folder: line.cacheFolder)
    _ = try validate(line.source(8), asOf: ExampleWorld.day, cache: cache)
    _ = try validate(
      other.source(1), asOf: ExampleWorld.day, cache: ValidationCache(other.repository, folder: other.cacheFolder))
    var random = SeededRandom(1)
    for name in ["catalogue", "judgement"] {
      let path = "\(line.cacheFolder)/\(name)"
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      let foreign = try Data(contentsOf: URL(fileURLWithPath: "\(other.cacheFolder)/\(name)"))
      var versions = [
        Data(), whole.prefix(7), whole.prefix(whole.count / 2), whole.dropFirst(1), foreign, whole + whole,
      ]
      for _ in 0..<200 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
        }
        versions.append(bytes)
      }
      // One byte of each block, so that every table is hit.
      for place in stride(from: 0, to: whole.count, by: 512) {
        var bytes = whole
        bytes[place] ^= 0x40
        versions.append(bytes)
      }
      for (number, version) in versions.enumerated() {
        try version.write(to: URL(fileURLWithPath: path))
        let readOnly = ValidationCache(line.repository, folder: line.cacheFolder, isReadOnly: true)
        #expect(
          try validate(last, asOf: ExampleWorld.day, cache: readOnly).diagnostics == expected,
          "\(name), damage \(number)")
        if name == "catalogue" {
          #expect(try staff(line, CatalogueStore(folder: line.cacheFolder)) == expectedStaff, "damage \(number)")
        }
      }
      try whole.write(to: URL(fileURLWithPath: path))
    }
  }

  private func staff(_ line: RandomLine, _ catalogues: CatalogueStore?) throws -> [String] {
    var staff = try Staff(near: line.commits[11], in: line.repository, catalogues)
    _ = try staff.move(to: line.source(11))
    return try described(staff)
  }

  @Test func `tells files apart by the bytes of their names`() throws {
    let scratch = try Scratch()
    try git("init", "--quiet", "--bare", in: scratch.path)
    func object(_ arguments: String..., input: Data) throws -> String {
      try run("git", arguments, in: scratch.path, input: input).output.trimmingCharacters(in: .newlines)
    }
    func tree(_ entries: [(mode: String, oid: String, name: [UInt8])]) throws -> String {
      var lines: [UInt8] = []
      for entry in entries {
        lines += Array("\(entry.mode) \(entry.mode == "40000" ? "tree" : "blob") \(entry.oid)\t".utf8)
        lines += entry.name + [0]
      }
      return try object("mktree", "-z", input: Data(lines))
    }
    let stray = try object("hash-object", "-w", "--stdin", input: Data("x".utf8))
    let settings = try object("hash-object", "-w", "--stdin", input: Data(MarkedRecords.configuration.utf8))
    func commit(_ names: [[UInt8]]) throws -> OID {
      let people = try tree(names.map { ("100644", stray, $0) })
      let data = try tree([("40000", people, Array("people".utf8))])
      let root = try tree([("40000", data, Array("data".utf8)), ("100644", settings, Array("staffrepo.yaml".utf8))])
      return try #require(OID(try object("commit-tree", root, "-m", "x", input: Data())))
    }
    // é as one character, as two, and names that are no UTF-8.
    let names = [Array("jos\u{E9}.yml".utf8), Array("jose\u{301}.yml".utf8), [0x61, 0xFF], [0x61, 0xFE], [0x80]]
    let all = try commit(names)
    let repository = try Repository(containing: scratch.path)
    let cache = ValidationCache(repository, folder: scratch.path + "/cache")
    // Each is a file that nobody reads; what else is said about such names does not matter here.
    func strays(_ source: CommitSource) throws -> Int {
      try validate(source, asOf: ExampleWorld.day, cache: cache).diagnostics.count {
        ["T001", "T005"].contains($0.rule.code)
      }
    }
    #expect(try strays(CommitSource(repository, commit: all)) == names.count)
    for number in names.indices {
      var some = names
      some.remove(at: number)
      let source = try CommitSource(repository, commit: commit(some))
      #expect(try strays(source) == some.count)
      #expect(try strays(CommitSource(repository, commit: all)) == names.count)
    }
  }

  @Test func `another build of the program does not read it`() throws {
    let line = try RandomLine(seed: 9, commits: 1)
    _ = try Staff(near: line.commits[0], in: line.repository, CatalogueStore(folder: line.cacheFolder, program: 1))
    let configuration = try #require(try line.source(0).configuration().configuration)
    let fingerprint = configuration.readingFingerprint
    func load(_ program: UInt64) -> Catalogue? {
      CatalogueStore(folder: line.cacheFolder, program: program).load(fingerprint: fingerprint) { _ in
        throw GitError(.other, "not to be made again")
      }
    }
    #expect(load(1) != nil)
    #expect(load(2) == nil)
  }

  @Test func `a folder that cannot be written is no fault`() throws {
    let line = try RandomLine(seed: 10, commits: 2)
    try Data("in the way".utf8).write(to: URL(fileURLWithPath: line.cacheFolder))
    let cache = ValidationCache(line.repository, folder: line.cacheFolder)
    #expect(
      try validate(line.source(1), asOf: ExampleWorld.day, cache: cache).diagnostics
        == validate(line.source(1), asOf: ExampleWorld.day).diagnostics)
  }
}
