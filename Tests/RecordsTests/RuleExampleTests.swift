import CustomDump
import GitStore
import RecordSchema
import Records
import TestSupport
import Testing
import Validators

/// Every rule's own example is tried: the fault is found at its exact place, in every surroundings, and is gone when it is
/// done right.
@Suite struct `Examples of rules` {
  private static let inTree = RuleRegistry.all.filter {
    !$0.example.wrong.isEmpty && !$0.code.hasPrefix("X") && $0.code != "G012"
  }
  private static let ofChange = RuleRegistry.all.filter {
    !$0.example.wrong.isEmpty && ($0.code.hasPrefix("X") || $0.code == "G012")
  }
  /// Shown by tests of their own: guards, policies, conditions of the repository, who waits in review, imports.
  private static let withoutExample: Set<String> = [
    "I001", "I002", "I003", "I004", "I005", "I006", "I007", "S000", "X011", "X012", "G001", "G002", "G003", "G004",
    "G005", "G006", "G007",
    "G008", "G009", "G011", "C011", "C012", "C013",
    "C014",
  ]

  @Test func `are there for every rule`() {
    let without = Set(RuleRegistry.all.filter { $0.example.wrong.isEmpty }.map(\.code))
    expectNoDifference(without.sorted(), Self.withoutExample.sorted())
    #expect(RuleRegistry.all.count >= 80)
  }

  @Test func `stand in a world without faults`() throws {
    let report = try validate(MarkedRecords(tree: ExampleWorld.files), asOf: ExampleWorld.day)
    expectNoDifference(report.diagnostics.map { "\($0.rule.code) \($0.file): \($0.message)" }, [])
  }

  @Test(arguments: ExampleWorld.Surroundings.allCases)
  private func `are found at the exact place`(_ surroundings: ExampleWorld.Surroundings) throws {
    var planted = 0
    for rule in Self.inTree {
      let records = try source(rule.example.wrong, rule.code, surroundings)
      let found = try places(validate(records, asOf: ExampleWorld.day), rule.code)
      // Of a rule about several files, the example marks one; the others are there as well.
      let marked =
        records.expected.isEmpty
        ? Set(rule.example.wrong.map { MarkedRecords.Place(file: $0.path, code: rule.code, range: .fileStart) })
        : records.expected
      let files = Set(marked.map(\.file))
      expectNoDifference(
        found.filter { files.contains($0.file) }.map(\.description).sorted(), marked.map(\.description).sorted(),
        "\(rule.code), \(surroundings)")
      planted += marked.count
    }
    #expect(planted > 100, "\(planted) planted")
  }

  @Test func `find nothing where it is done right`() throws {
    for rule in Self.inTree {
      let records = try source(rule.example.right, rule.code, .plain)
      let found = try validate(records, asOf: ExampleWorld.day).diagnostics
      expectNoDifference(found.map { "\($0.rule.code) \($0.file): \($0.message)" }, [], "\(rule.code)")
    }
  }

  private func source(_ files: [RuleExample.File], _ code: String, _ surroundings: ExampleWorld.Surroundings) throws
    -> MarkedRecords
  {
    var kinds: [String: TreeEntry.Kind] = [:]
    for file in files {
      switch file.kind {
      case .file: break
      case .executable: kinds[file.path] = .executable
      case .symbolicLink: kinds[file.path] = .symbolicLink
      case .submodule: kinds[file.path] = .submodule
      }
    }
    return MarkedRecords(tree: ExampleWorld.with(files, code: code, surroundings), kinds: kinds)
  }

  private func places(_ report: ValidationReport, _ code: String) -> Set<MarkedRecords.Place> {
    Set(report.diagnostics.filter { $0.rule.code == code }.map { .init(file: $0.file, code: code, range: $0.range) })
  }

  @Test(arguments: ofChange) private func `of changes are found at the exact place`(rule: Rule) throws {
    for (files, isWrong) in [(rule.example.wrong, true), (rule.example.right, false)] {
      let marked = MarkedRecords(tree: ExampleWorld.with(rule.example.before + files, code: rule.code))
      let deleted = files.filter { $0.text == nil }.map(\.path)
      let before = MarkedRecords(tree: ExampleWorld.with(rule.example.before, code: rule.code)).texts
      var graph = CommitGraph()
      let first = graph.add(
        before.merging(rule.example.earlier.map { ($0.path, $0.text ?? "") }) { $1 }, time: 1_767_603_600, parents: [])
      let base = graph.add(before, time: 1_767_603_700, parents: [first])
      _ = graph.add(marked.texts, time: 1_767_603_800, parents: [base])
      let scratch = try Scratch()
      try git("init", "--quiet", "--bare", in: scratch.path)
      let repository = try Repository(containing: scratch.path)
      let commits = try graph.write(to: scratch.path).compactMap { OID($0) }
      let report = try validate(
        CommitSource(repository, commit: commits[2]), asOf: ExampleWorld.day,
        base: CommitSource(repository, commit: commits[1]))
      let expected =
        isWrong ? marked.expected.union(deleted.map { .init(file: $0, code: rule.code, range: .fileStart) }) : []
      expectNoDifference(
        places(report, rule.code).map(\.description).sorted(), expected.map(\.description).sorted(), rule.code)
    }
  }
}
