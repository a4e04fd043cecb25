import GitStore
import RecordSchema
import Records
import TestSupport
import Testing
import Validators

private func person(_ id: Int, _ reference: String) -> String {
  "id: \(id)\nemployee_reference: \(reference)\nfirst_name: A\nlast_name: B\nemail: \(reference)@example.org\njob_title: J\nemployment_start_date: 2020-01-01\n"
}

@Suite struct `Rules about a change` {
  /// What the change from one tree to another is told, apart from what is wrong with the second tree anyway.
  private func findings(_ before: [String: String], _ after: [String: String]) throws -> [String] {
    let scratch = try Scratch()
    try git("init", "--quiet", "--bare", in: scratch.path)
    var graph = CommitGraph()
    for (number, files) in [before, after].enumerated() {
      let all = files.merging(["staffrepo.yaml": MarkedRecords.configuration]) { first, _ in first }
      _ = graph.add(all, time: 1_767_603_600 + number, parents: number == 0 ? [] : [0])
    }
    let repository = try Repository(containing: scratch.path)
    let commits = try graph.write(to: scratch.path).compactMap { OID($0) }
    let (base, head) = (
      try CommitSource(repository, commit: commits[0]), try CommitSource(repository, commit: commits[1])
    )
    #expect(try validate(head, asOf: ExampleWorld.day).diagnostics.allSatisfy { !$0.rule.code.hasPrefix("X") })
    return try validate(head, asOf: ExampleWorld.day, base: base).diagnostics.filter { $0.rule.code.hasPrefix("X") }.map
    {
      "\($0.rule.code) \($0.file):\($0.range.start.line):\($0.range.start.column) \($0.subject ?? "")"
    }
  }

  private let two = ["data/people/EMP1.yaml": person(1, "EMP1"), "data/people/EMP2.yaml": person(2, "EMP2")]

  @Test func `an id stays with its record, wherever the file goes`() throws {
    let after = ["data/people/EMP1.yaml": person(1, "EMP1"), "data/people/x/EMP2.yaml": person(3, "EMP2")]
    #expect(try findings(two, after) == ["X001 data/people/x/EMP2.yaml:1:5 EMP2"])
  }

  @Test func `a record is not deleted`() throws {
    #expect(
      try findings(two, ["data/people/EMP1.yaml": person(1, "EMP1")]) == ["X002 data/people/EMP2.yaml:1:1 EMP2"])
  }

  @Test func `a new name, another folder and a new record are no faults`() throws {
    let after = [
      "data/people/EMP1.yaml": person(1, "EMP1"), "data/people/a/NEW2.yaml": person(2, "NEW2"),
      "data/people/EMP3.yaml": person(3, "EMP3"),
    ]
    #expect(try findings(two, after) == [])
  }

  @Test func `a record that became unreadable is not deleted`() throws {
    let after = ["data/people/EMP1.yaml": person(1, "EMP1"), "data/people/EMP2.yaml": person(2, "EMP2") + "x: ["]
    #expect(try findings(two, after) == [])
  }

  @Test func `a new id and reference under the old address are the same person`() throws {
    let after = [
      "data/people/EMP1.yaml": person(1, "EMP1"),
      "data/people/EMP9.yaml": person(9, "EMP9").replacing("EMP9@", with: "EMP2@"),
    ]
    #expect(
      try findings(two, after) == ["X002 data/people/EMP2.yaml:1:1 EMP2", "X001 data/people/EMP9.yaml:1:5 EMP9"])
  }

  @Test func `an id that two records claimed may be given up`() throws {
    let twice = ["data/people/EMP1.yaml": person(1, "EMP1"), "data/people/EMP2.yaml": person(1, "EMP2")]
    #expect(try findings(twice, two) == [])
  }

  @Test func `nobody is all at once`() throws {
    #expect(try findings(two, ["daten/people/EMP1.yaml": person(1, "EMP1")]).contains("X011 staffrepo.yaml:1:1 "))
  }

  @Test func `units have ids as well`() throws {
    let unit = "code: a\nname: A\n"
    #expect(
      try findings(["data/units/a.yaml": "id: 1\n" + unit], ["data/units/a.yaml": "id: 2\n" + unit])
        == ["X001 data/units/a.yaml:1:5 a"])
  }
}
