import GitStore
import RecordSchema
import Records
import TestSupport
import Testing
import Validators

/// Sixty people in two units, a scoped consumer, and whoever may approve.
private struct Crowd {
  var files: [String: String]

  init(configuration more: String = "", lms: Bool = false) {
    files = [
      "staffrepo.yaml":
        "organisation: {id: 1, time_zone: Europe/London}\napprovers: [boss@example.org]\nsystems: {lms: {enabled: \(lms)}}\n\(more)",
      "data/units/a.yaml": "id: 1\ncode: a\nname: A\n", "data/units/b.yaml": "id: 2\ncode: b\nname: B\n",
      "data/units/top.yaml": "id: 3\ncode: top\nname: Top\n",
    ]
    for id in 1...60 { setPerson(id) }
  }

  mutating func setPerson(_ id: Int, _ more: String = "", unit: String? = nil, email: String? = nil) {
    files["data/people/EMP\(id).yaml"] =
      "id: \(id)\nemployee_reference: EMP\(id)\nfirst_name: A\nlast_name: B\nemail: \(email ?? "p\(id)@example.org")\njob_title: J\nemployment_start_date: 2020-01-01\norganisational_units: [\(unit ?? (id <= 30 ? "a" : "b"))]\n\(more)"
  }

  mutating func approve(_ guardName: String, _ limit: Int, expires: String = "2026-02-01") {
    files["data/approvals/go.yaml"] = "guard: \(guardName)\nlimit: \(limit)\nexpires: \(expires)\nreason: planned\n"
  }
}

/// What the commits after the first are told by guards and policies: code, file and subject.
///
/// - Parameter merges: the second parents of commits that are merges.
private func judged(
  _ states: [(files: [String: String], author: String)], merging merges: [Int: Int] = [:], base: Int = 0,
  authority: ChangeAuthority = ChangeAuthority()
) throws -> [String] {
  let scratch = try Scratch()
  try git("init", "--quiet", "--bare", in: scratch.path)
  var graph = CommitGraph()
  for (number, state) in states.enumerated() {
    _ = graph.add(
      state.files, time: 1_767_603_600 + number,
      parents: number == 0 ? [] : [number - 1] + (merges[number].map { [$0] } ?? []),
      author: "Somebody <\(state.author)@example.org>")
  }
  let repository = try Repository(containing: scratch.path)
  let commits = try graph.write(to: scratch.path).compactMap { OID($0) }
  let report = try validate(
    CommitSource(repository, commit: commits[commits.count - 1]), asOf: ExampleWorld.day,
    base: CommitSource(repository, commit: commits[base]), authority: authority)
  return report.diagnostics.filter { $0.rule.code.hasPrefix("G") }.map {
    "\($0.rule.code) \($0.file):\($0.range.start.line):\($0.range.start.column) \($0.subject ?? "-")"
  }.sorted()
}

@Suite struct `Guards` {
  /// Each way of touching many people, and the guard that it trips; up to its limits nothing does.
  @Test(
    arguments: [
      ("G001", 11, "is_active: false\n", nil, nil), ("G003", 21, "", "b", nil), ("G005", 21, "", nil, "new"),
    ] as [(String, Int, String, String?, String?)])
  func `trip beyond both limits`(code: String, count: Int, more: String, unit: String?, email: String?) throws {
    for (touched, isTripped) in [(count - 1, false), (count, true)] {
      let before = Crowd()
      var after = before
      for id in 1...touched { after.setPerson(id, more, unit: unit, email: email.map { "\($0)\(id)@example.org" }) }
      let expected = isTripped ? ["\(code) staffrepo.yaml:1:1 -"] : []
      #expect(try judged([(before.files, "hr"), (after.files, "hr")]) == expected, "\(touched)")
    }
  }

  @Test func `trip on removals, which are deactivations as well`() throws {
    let before = Crowd()
    var after = before
    for id in 1...6 { after.files["data/people/EMP\(id).yaml"] = nil }
    #expect(try judged([(before.files, "hr"), (after.files, "hr")]) == ["G002 staffrepo.yaml:1:1 -"])
  }

  @Test func `trip on new managers and on people who appear`() throws {
    let before = Crowd()
    var managed = before
    for id in 2...60 { managed.setPerson(id, "line_manager: EMP1\n") }
    #expect(try judged([(before.files, "hr"), (managed.files, "hr")]) == ["G004 staffrepo.yaml:1:1 -"])
    var crowded = before
    for id in 61...112 { crowded.setPerson(id) }
    #expect(try judged([(before.files, "hr"), (crowded.files, "hr")]) == ["G006 staffrepo.yaml:1:1 -"])
  }

  @Test func `count what a unit's own record does to its people`() throws {
    let before = Crowd()
    var deleted = before
    deleted.files["data/units/a.yaml"] = nil
    #expect(try judged([(before.files, "hr"), (deleted.files, "hr")]) == ["G003 staffrepo.yaml:1:1 -"])
    var renumbered = before
    renumbered.files["data/units/a.yaml"] = "id: 9\ncode: a\nname: A\n"
    #expect(try judged([(before.files, "hr"), (renumbered.files, "hr")]) == ["G003 staffrepo.yaml:1:1 -"])
  }

  @Test func `count cohorts, which are known by the unit's code`() throws {
    let before = Crowd(lms: true)
    var after = before
    after.files["data/units/a.yaml"] = nil
    after.files["data/units/west.yaml"] = "id: 1\ncode: west\nname: A\n"
    for id in 1...30 { after.setPerson(id, unit: "west") }
    #expect(try judged([(before.files, "hr"), (after.files, "hr")]) == ["G003 staffrepo.yaml:1:1 export/lms"])
    let (withoutLMS, renamed) = (
      Crowd(), after.files.merging(["staffrepo.yaml": Crowd().files["staffrepo.yaml"]!]) { $1 }
    )
    #expect(try judged([(withoutLMS.files, "hr"), (renamed, "hr")]) == [])
  }

  @Test func `count those who leave a consumer's sight`() throws {
    var before = Crowd()
    before.files["data/units/a.yaml"] = "id: 1\ncode: a\nname: A\nparent: top\n"
    before.files["data/webhooks/desk.yaml"] =
      "url: https://desk.example.org/\nunits: [top]\nsecrets: [env:STAFFREPO_SECRET_D]\n"
    var after = before
    after.files["data/units/a.yaml"] = "id: 1\ncode: a\nname: A\n"
    #expect(try judged([(before.files, "hr"), (after.files, "hr")]) == ["G001 staffrepo.yaml:1:1 webhook/desk"])
  }

  @Test func `count what comes by date`() throws {
    let before = Crowd()
    var after = before
    // The last day worked is the day itself: access ends on the day after.
    for id in 1...11 { after.setPerson(id, "employment_end_date: 2026-01-15\n") }
    #expect(try judged([(before.files, "hr"), (after.files, "hr")]) == ["G001 staffrepo.yaml:1:1 -"])
  }

  @Test func `count each commit that is published by itself`() throws {
    let before = Crowd()
    var meanwhile = before
    for id in 1...11 { meanwhile.setPerson(id, "is_active: false\n") }
    let states = [(before.files, "hr"), (meanwhile.files, "hr"), (before.files, "hr")]
    #expect(try judged(states) == [])
    #expect(try judged(states, authority: ChangeAuthority(isStepwise: true)) == ["G001 staffrepo.yaml:1:1 -"])
  }

  @Test func `are the last readable ones`() throws {
    let good = Crowd()
    var broken = good
    broken.files["staffrepo.yaml"] = "<<<<<<< HEAD\n"
    var after = good
    after.files["staffrepo.yaml"] =
      Crowd(configuration: "guards:\n  deactivations: {count: 99, percent: 99}\n").files["staffrepo.yaml"]
    for id in 1...11 { after.setPerson(id, "is_active: false\n") }
    let found = try judged([(good.files, "hr"), (broken.files, "hr"), (after.files, "hr")], base: 1)
    #expect(found.contains("G001 staffrepo.yaml:5:18 -"))
  }

  @Test func `are those of the commit before, at their setting's place`() throws {
    let before = Crowd(configuration: "guards:\n  deactivations: {count: 2, percent: 1}\n")
    var after = before
    for id in 1...3 { after.setPerson(id, "is_active: false\n") }
    #expect(try judged([(before.files, "hr"), (after.files, "hr")]) == ["G001 staffrepo.yaml:5:18 -"])
    // A change cannot free itself.
    after.files["staffrepo.yaml"] =
      Crowd(configuration: "guards:\n  deactivations: {count: 99, percent: 99}\n").files["staffrepo.yaml"]
    #expect(
      try judged([(before.files, "hr"), (after.files, "hr")]) == [
        "G001 staffrepo.yaml:5:18 -", "G012 staffrepo.yaml:5:18 -",
      ])
  }
}

@Suite struct `Approvals` {
  private func change(_ edit: (inout Crowd) -> Void, author: String = "boss", configuration: String = "") throws
    -> [String]
  {
    let before = Crowd(configuration: configuration)
    var after = before
    for id in 1...12 { after.setPerson(id, "is_active: false\n") }
    let changed = after.files
    edit(&after)
    return try judged([(before.files, "hr"), (changed, "hr"), (after.files, author)])
  }

  private let refused = ["G001 staffrepo.yaml:1:1 -"]

  @Test func `let a change pass`() throws {
    #expect(try change { $0.approve("deactivations", 12) } == [])
    #expect(try change({ $0.approve("deactivations", 12) }, author: "BOSS") == [])
  }

  @Test func `count for their guard, up to their limit and their last day`() throws {
    #expect(try change { $0.approve("removals", 12) } == refused)
    #expect(try change { $0.approve("deactivations", 11) } == refused)
    #expect(try change { $0.approve("deactivations", 12, expires: "2026-01-15") } == [])
    #expect(
      try change { $0.approve("deactivations", 12, expires: "2026-01-14") }
        == refused + ["G010 data/approvals/go.yaml:3:10 go"])
  }

  @Test func `count when an approver of before commits them`() throws {
    let nobody = "G011 data/approvals/go.yaml:1:1 go"
    #expect(try change({ $0.approve("deactivations", 12) }, author: "hr") == refused + [nobody])
    let promoted = try change(
      {
        $0.approve("deactivations", 12)
        $0.files["staffrepo.yaml"] = $0.files["staffrepo.yaml"]!.replacing("boss@", with: "hr@")
      }, author: "hr")
    #expect(promoted == refused + [nobody] + ["G012 staffrepo.yaml:2:12 -"])
  }

  @Test func `are not brought back by a merge with an old commit`() throws {
    let before = Crowd()
    var approved = before
    approved.approve("deactivations", 12)
    var after = approved
    for id in 1...12 { after.setPerson(id, "is_active: false\n") }
    let found = try judged(
      [(before.files, "hr"), (approved.files, "boss"), (before.files, "boss"), (after.files, "hr")], merging: [3: 1],
      base: 2)
    #expect(found == ["G001 staffrepo.yaml:1:1 -", "G011 data/approvals/go.yaml:1:1 go"])
  }

  @Test func `are whose the file's content is, whoever touched other files later`() throws {
    let before = Crowd()
    var approved = before
    approved.approve("deactivations", 12)
    var after = approved
    for id in 1...12 { after.setPerson(id, "is_active: false\n") }
    #expect(try judged([(before.files, "hr"), (approved.files, "boss"), (after.files, "hr")]) == [])
    var widened = after
    widened.approve("deactivations", 20)
    let refused = ["G001 staffrepo.yaml:1:1 -", "G011 data/approvals/go.yaml:1:1 go"]
    #expect(try judged([(before.files, "hr"), (approved.files, "boss"), (widened.files, "hr")]) == refused)
  }
}

@Suite struct `Policies` {
  private static let policies = """
    policies:
      - {name: admin, paths: ["data/units/**", staffrepo.yaml], authors: [admin@example.org]}
      - {name: pay, fields: [salary_grade], authors: ["*@pay.example.org", payroll@example.org]}

    """

  private func change(
    _ author: String, actor: String? = nil, _ edit: (inout Crowd) -> Void, configuration: String = policies,
    isVerified: Bool = false
  ) throws -> [String] {
    let before = Crowd(configuration: configuration)
    var after = before
    edit(&after)
    return try judged(
      [(before.files, "root"), (after.files, author)], authority: ChangeAuthority(actor: actor) { _ in isVerified })
  }

  @Test func `guard paths`() throws {
    let edit: (inout Crowd) -> Void = { $0.files["data/units/x/c.yaml"] = "id: 4\ncode: c\nname: C\n" }
    #expect(try change("hr", edit) == ["G007 data/units/x/c.yaml:1:1 hr@example.org"])
    #expect(try change("admin", edit) == [])
    #expect(try change("hr") { $0.setPerson(1, "preferred_name: C\n") } == [])
  }

  @Test func `guard fields, at their place`() throws {
    let edit: (inout Crowd) -> Void = { $0.setPerson(1, "salary_grade: G7\n") }
    #expect(try change("hr", edit) == ["G008 data/people/EMP1.yaml:9:15 hr@example.org"])
    #expect(try change("payroll", edit) == [])
    #expect(
      try change("hr") { $0.setPerson(99, "salary_grade: G7\n") } == ["G008 data/people/EMP99.yaml:9:15 hr@example.org"]
    )
    #expect(try change("hr") { $0.setPerson(99) } == [])
  }

  @Test func `judge who pushes where the server knows it`() throws {
    let edit: (inout Crowd) -> Void = { $0.setPerson(1, "salary_grade: G7\n") }
    #expect(try change("payroll", actor: "mallory", edit) == ["G008 data/people/EMP1.yaml:9:15 mallory"])
    #expect(try change("hr", actor: "eve@pay.example.org", edit) == [])
  }

  @Test func `judge every commit, also one that a later one takes back`() throws {
    let before = Crowd(configuration: Self.policies)
    var meanwhile = before
    meanwhile.setPerson(1, "salary_grade: G7\n")
    #expect(
      try judged([(before.files, "root"), (meanwhile.files, "hr"), (before.files, "payroll")])
        == ["G008 data/people/EMP1.yaml:1:1 hr@example.org"])
  }

  @Test func `are those of the commit before`() throws {
    let free: (inout Crowd) -> Void = {
      $0.files["staffrepo.yaml"] = Crowd().files["staffrepo.yaml"]
      $0.setPerson(1, "salary_grade: G7\n")
    }
    #expect(
      try change("hr", free) == [
        "G007 staffrepo.yaml:1:1 hr@example.org", "G008 data/people/EMP1.yaml:9:15 hr@example.org",
        "G012 staffrepo.yaml:1:1 -",
      ])
  }

  @Test func `judge a merge that takes an old state, and not one that only follows`() throws {
    let old = Crowd(configuration: Self.policies)
    var paid = old
    paid.setPerson(1, "salary_grade: G7\n")
    // Back to the first commit's tree, as the side of a merge that has that commit as its parent.
    #expect(
      try judged([(old.files, "root"), (paid.files, "payroll"), (old.files, "hr")], merging: [2: 0], base: 1)
        == ["G008 data/people/EMP1.yaml:1:1 hr@example.org"])
    // A branch that merges what the base has brings nothing of its own.
    var branch = old
    branch.setPerson(2, "preferred_name: C\n")
    var merged = branch
    merged.setPerson(1, "salary_grade: G7\n")
    #expect(
      try judged(
        [(old.files, "root"), (paid.files, "payroll"), (merged.files, "hr")], merging: [2: 1], base: 1) == [])
  }

  @Test func `hold for a record that is deleted, or away for a while`() throws {
    var before = Crowd(configuration: Self.policies)
    before.setPerson(1, "salary_grade: G7\n")
    var gone = before
    gone.files["data/people/EMP1.yaml"] = nil
    var back = before
    back.setPerson(1)
    let deleted = "G008 data/people/EMP1.yaml:1:1 hr@example.org"
    #expect(try judged([(before.files, "root"), (gone.files, "hr")]) == [deleted])
    #expect(try judged([(before.files, "root"), (gone.files, "payroll"), (back.files, "hr")]) == [deleted])
  }

  @Test func `hold under another data folder`() throws {
    let before = Crowd(
      configuration: "policies: [{name: u, paths: [\"data/units/**\"], authors: [admin@example.org]}]\n")
    var moved = before.files.filter { !$0.key.hasPrefix("data/") }
    for (path, text) in before.files where path.hasPrefix("data/") { moved["staff/" + path.dropFirst(5)] = text }
    moved["staffrepo.yaml"]! += "data: staff\n"
    moved["staff/units/c.yaml"] = "id: 4\ncode: c\nname: C\n"
    #expect(try judged([(before.files, "root"), (moved, "hr")]).contains("G007 staff/units/c.yaml:1:1 hr@example.org"))
  }

  @Test func `take any pattern at once`() throws {
    let deep =
      "policies: [{name: u, paths: [\"**a**a**a**a**a**a**a**a**b\", \"data/*/x?.yaml\"], authors: [admin@example.org]}]\n"
    let edit: (inout Crowd) -> Void = {
      $0.files["data/units/\(String(repeating: "a", count: 200)).txt"] = "x"
      $0.files["data/units/xy.yaml"] = "id: 4\ncode: xy\nname: C\n"
    }
    #expect(try change("hr", edit, configuration: deep) == ["G007 data/units/xy.yaml:1:1 hr@example.org"])
  }

  @Test func `want signatures where they say so`() throws {
    let signed = "policies: [{name: s, paths: [\"data/units/*\"], authors: [admin@example.org], signed: true}]\n"
    let edit: (inout Crowd) -> Void = { $0.files["data/units/c.yaml"] = "id: 4\ncode: c\nname: C\n" }
    #expect(try change("admin", edit, configuration: signed) == ["G009 data/units/c.yaml:1:1 admin@example.org"])
    #expect(try change("admin", edit, configuration: signed, isVerified: true) == [])
  }
}
