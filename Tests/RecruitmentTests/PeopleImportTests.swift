import RecordSchema
import Recruitment
import TestSupport
import Testing

@Suite struct `The table of another system` {
  static let table = """
    id,Employee Number,Forename,Surname,Email,Job Title,Start Date,Team,Active,Shoe size
    101,EMP001,Ada,Byrne,ada.byrne@example.org,Matron,2020-01-06,team-a,1,38
    102,,Noor,Haddad,noor@example.org,Nurse,2026-01-05 00:00:00,Head Office,1,39
    103,EMP004,Lea,"Kelly, Jr",lea@example.org,Cook,2026-02-30,team-a,1,40
    104,EMP005,Max,Kelly,omar.farouk@example.org,Cook,2026-02-03,team-a,0,41
    105,EMP001,Omar,Farouk,omar.farouk@example.org,Nurse,2020-01-06,team-a,1,42
    106,EMP007,Zoë,Kelly,zoe@example.org,,2026-02-03,Kitchen,1,43
    107,EMP008,Zoë,Kelly,noor@example.org,Cook,2026-02-03,care,1,44

    """

  private func run(
    _ house: HiringHouse, _ table: String = table, _ mapping: PeopleMapping = PeopleMapping(),
    _ change: (inout PeopleImport.Options) -> Void = { _ in }
  ) throws -> PeopleReport {
    var options = PeopleImport.Options()
    options.source = "digital-id"
    change(&options)
    return try PeopleImport(house.host, options, now: HiringHouse.now).run(Array(table.utf8), mapping)
  }

  private func findings(_ row: PeopleReport.Row) -> [String] {
    row.findings.map { "\($0.code) \($0.line ?? 0):\($0.column ?? 0) \($0.field ?? "")" }
  }

  @Test func `is compared row by row, and nothing is done in a rehearsal`() throws {
    let house = try HiringHouse()
    let report = try run(house) {
      $0.isDryRun = true; $0.updates = true
    }
    #expect(
      report.rows.map(\.outcome) == [.updated, .created, .refused, .refused, .refused, .refused, .refused])
    #expect(report.rows.map(\.line) == [2, 3, 4, 5, 6, 7, 8])
    #expect(
      report.rows[0].changes == [
        .init(field: "external_ids.digital-id", old: "", new: "101"),
        .init(field: "job_title", old: "Nurse", new: "Matron"),
      ])
    #expect(report.rows[1].reference == "EMP003")
    #expect(findings(report.rows[2]) == ["S005 4:49 Start Date"])
    #expect(findings(report.rows[3]) == ["X001 5:5 Employee Number"], "found by its address, under another reference")
    #expect(findings(report.rows[4]) == ["P003 6:5 Employee Number"], "it fits two people")
    #expect(findings(report.rows[5]) == ["P015 7:50 Team", "S001 7:38 Job Title"])
    #expect(findings(report.rows[6]) == ["P003 8:22 Email"], "a row before has the address")
    #expect(report.ignored == ["Shoe size"])
    #expect(try house.branches() == ["main"])
    #expect(try house.git("for-each-ref", "refs/staffrepo") == "")
  }

  @Test func `comes as a branch for review, and is skipped when it comes again`() throws {
    let house = try HiringHouse()
    let report = try run(house) { $0.updates = true }
    #expect(report.count(.created) == 1 && report.count(.updated) == 1 && report.count(.refused) == 5)
    let branch = try #require(report.branch)
    #expect(
      try house.git("diff", "main..\(branch)", "--", "data/people/EMP001.yaml").split(separator: "\n").filter {
        $0.hasPrefix("+") || $0.hasPrefix("-")
      }.dropFirst(2)
        == ["-job_title: Nurse", "+job_title: Matron", "+external_ids:", "+  digital-id: \"101\""])
    let created = try house.file("data/people/EMP003.yaml", at: branch)
    #expect(
      created.contains("employment_start_date: 2026-01-05\n") && created.contains("  - office\n")
        && created.contains("  digital-id: \"102\"\n"))
    try house.merge(branch)
    let again = try run(house) { $0.updates = true }
    #expect(again.count(.skipped) == 2 && again.count(.created) == 0 && again.commit == nil)
  }

  @Test func `changes nobody without being told to`() throws {
    let house = try HiringHouse()
    let report = try run(house)
    #expect(report.rows[0].outcome == .skipped && !report.rows[0].changes.isEmpty)
    let branch = try #require(report.branch)
    #expect(try house.git("diff", "--name-only", "main..\(branch)") == "data/people/EMP003.yaml\n")
  }

  @Test func `comes onto no branch that counts or that somebody works on`() throws {
    let house = try HiringHouse()
    try house.git("worktree", "add", "--quiet", "-b", "desk", house.scratch.path + "/desk", "main")
    for name in ["main", "desk"] {
      let before = try house.git("rev-parse", name)
      for isDryRun in [true, false] {
        let fault = #expect(throws: PeopleImport.Fault.self) {
          try run(house) { ($0.branch, $0.isDryRun) = (name, isDryRun) }
        }
        #expect(fault?.description.contains("Say another --branch") == true)
      }
      #expect(try house.git("rev-parse", name) == before)
    }
    #expect(try house.git("for-each-ref", "refs/staffrepo") == "", "and takes no ids")
  }

  @Test func `is of a system that the settings name`() throws {
    let house = try HiringHouse("systems:\n  digital-id: {enabled: true}\n")
    let fault = #expect(throws: PeopleImport.Fault.self) { try run(house) { $0.source = "digitalid" } }
    #expect(fault?.description.contains("There is no system 'digitalid'") == true)
    #expect(fault?.description.contains("Did you mean 'digital-id'?") == true)
    #expect(try run(house).count(.created) == 1)
  }

  @Test func `of numbers alone links people and changes nothing else`() throws {
    let house = try HiringHouse()
    let report = try run(house, "id,employee_reference\n101,EMP001\n102,emp002\n103,EMP404\n") { $0.updates = true }
    #expect(report.rows.map(\.outcome) == [.updated, .updated, .refused])
    let changed = try house.git("diff", "main..\(#require(report.branch))").split(separator: "\n").filter {
      ($0.hasPrefix("+") || $0.hasPrefix("-")) && !$0.hasPrefix("+++") && !$0.hasPrefix("---")
    }
    #expect(
      changed == ["+external_ids:", "+  digital-id: \"101\"", "+external_ids:", "+  digital-id: \"102\""])
  }

  @Test func `has its columns where a mapping says`() throws {
    let house = try HiringHouse()
    let mapping = try PeopleMapping(
      Array(
        """
        columns:
          employee_reference: Ref
          first_name: A
          last_name: B
          email: C
          job_title: D
          employment_start_date: {column: E, dates: DD/MM/YYYY}
          is_active: {column: F, values: {Gone: false, Here: true}}
          external_ids.payroll: G
          organisational_units: {column: H, separator: "+"}

        """.utf8))
    let report = try run(
      house, "Ref;A;B;C;D;E;F;G;H\nX1;Jos\u{e9};N;j@example.org;Cook;03/02/2026;gone;0012;team-a + office\n", mapping)
    #expect(report.rows.map(\.outcome) == [.created])
    #expect(
      try house.file("data/people/X1.yaml", at: #require(report.branch)).hasSuffix(
        "job_title: Cook\nemployment_start_date: 2026-02-03\nis_active: false\norganisational_units:\n  - team-a\n  - office\nexternal_ids:\n  payroll: \"0012\"\n"
      ))
    #expect(throws: PeopleMapping.Fault.self) { try PeopleMapping(Array("columns:\n  shoe_size: A\n".utf8)) }
    #expect(throws: PeopleImport.Fault.self) { try run(house, "A,B\n1,2\n", mapping) }
  }

  @Test func `is refused or reported on however malformed it is`() throws {
    let house = try HiringHouse()
    var random = SeededRandom(4)
    let pieces = [
      ",", "\"", "\n", ";", "\r", "\u{0}", "id", "999999999999999999999", "0000-00-00", "team-a|office", "- x",
    ]
    .map { Array($0.utf8) }
    for _ in 0..<150 {
      var bytes = Array(Self.table.utf8)
      for _ in 0..<Int.random(in: 1...8, using: &random) { bytes.mutate(with: pieces, &random) }
      var options = PeopleImport.Options()
      options.source = "digital-id"
      options.isDryRun = true
      options.updates = true
      do {
        let report = try PeopleImport(house.host, options, now: HiringHouse.now).run(bytes, PeopleMapping())
        #expect(report.rows.allSatisfy { $0.outcome != .refused || !$0.findings.isEmpty })
      } catch is PeopleImport.Fault {}
    }
    #expect(try house.branches() == ["main"])
  }

  @Test func `of thousands of rows is taken in at once`() throws {
    let house = try HiringHouse()
    var table = "employee_reference,first_name,last_name,email,job_title,employment_start_date,unit\n"
    for number in 100..<2100 {
      table += "R\(number),First,Last \(number),p\(number)@example.org,Cook,2026-02-03,team-a\n"
    }
    let report = try run(house, table)
    #expect(report.count(.created) == 2000)
    #expect(Set(report.rows.compactMap(\.person)).count == 2000)
    #expect(report.warnings.map(\.code).contains("G006"), "somebody has to agree to so many")
    #expect(
      try house.git("ls-tree", "--name-only", "\(#require(report.branch)):data/people").split(separator: "\n").count
        == 2002)
  }
}
