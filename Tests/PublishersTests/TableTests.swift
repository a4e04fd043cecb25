import CustomDump
import FileStore
import Publishers
import RecordSchema
import Records
import TestSupport
import Testing
import YAMLReader

/// Writes a table of the sample people and gives its text.
private func table(
  _ yaml: String, _ people: [Person] = SampleList.people, on day: String = "2026-01-15", in folder: ExportFolder? = nil,
  as name: String = "1-a-2026-01-15", confirmed: Bool = true
) throws -> String {
  String(decoding: try bytes(yaml, people, on: day, in: folder, as: name, confirmed: confirmed), as: UTF8.self)
    .replacing("\r\n", with: "\n")
}

private func bytes(
  _ yaml: String, _ people: [Person] = SampleList.people, on day: String = "2026-01-15", in folder: ExportFolder? = nil,
  as name: String = "1-a-2026-01-15", confirmed: Bool = true
) throws -> [UInt8] {
  let scratch = try Scratch()
  let folder = folder ?? ExportFolder(scratch.path + "/x")
  let root = try #require(YAMLReader.read(Array(yaml.utf8)).root)
  let (mapping, findings) = ConfigurationDecoder.mapping(root, file: "t.csv")
  try #require(findings.isEmpty, "\(findings.map(\.message))")
  var settings = Configuration.SystemSettings(name: "hr")
  settings.profiles = []
  settings.mappings = [try #require(mapping)]
  let files = SystemFiles(settings, of: Configuration())
  let list = SampleList.list(people, on: day)
  let draft = try folder.begin(name)
  let job = ExportJob(draft.set) { try files.begin(in: draft.set, list.context) }
  let digest = try list.fill([job])
  if let failure = job.failure {
    draft.discard()
    throw failure
  }
  try draft.set.finish(system: "hr", profiles: [], position: 1, context: list.context, digest: digest)
  try folder.publish(draft, keep: 30)
  try folder.remember(Given(set: name, isConfirmed: confirmed))
  return try FileStore.read("\(folder.path)/current/t.csv")
}

@Suite struct `A table` {
  @Test func `takes its columns from fields, constants, joined fields and the first that is there`() throws {
    expectNoDifference(
      try table(
        """
        dates: dd/MM/yyyy
        booleans: [Yes, No]
        columns:
          - employee_reference
          - E-mail: email
          - {heading: Name, join: [first_name, {constant: de}, last_name], with: "+"}
          - {heading: Payroll, first_of: [external_ids.payroll, custom.none, id]}
          - {heading: Company, constant: ACME}
          - {heading: Since, field: employment_start_date}
          - {heading: Until, field: employment_end_date, empty: never, date_format: yyyyMMdd}
          - {heading: Here, field: is_active}
          - {heading: Units, field: unit_codes, separator: /}
        """.replacing(", custom.none", with: "")),
      """
      employee_reference,E-mail,Name,Payroll,Company,Since,Until,Here,Units
      001,p1@example.org,"Zoë+de+O'Neill, ""Zo""\",1,ACME,01/01/2020,never,Yes,410
      002,p2@example.org,"Zoë+de+O'Neill, ""Zo""\",2,ACME,01/01/2020,never,Yes,trust/410
      003,p3@example.org,"Zoë+de+O'Neill, ""Zo""\",3,ACME,01/01/2020,20251231,No,410
      004,zoë@example.org,"Zoë+de+O'Neill, ""Zo""\",4,ACME,01/01/2020,never,Yes,

      """)
  }

  @Test func `has a row for each membership, whose shares add up, and one for nobody's unit when asked`() throws {
    expectNoDifference(
      try table(
        """
        rows: memberships
        unassigned: true
        header_rows: 0
        columns: [employee_reference, unit_code, share, is_primary, unit_cost_centre]
        """),
      """
      001,410,100.00,true,CC-1
      002,trust,50.00,true,CC-1
      002,410,50.00,false,CC-1
      003,410,100.00,true,CC-1
      004,,100.00,true,

      """)
  }

  @Test func `stands between its lines, counts its rows and has two header rows`() throws {
    expectNoDifference(
      try table(
        """
        preamble: ["HDR|{rows}|{date}"]
        trailer: "TRL|{rows}"
        delimiter: pipe
        header_rows: 2
        filter: {status: [left]}
        columns: [{heading: NO, label: Number, field: employee_reference}]
        """), "HDR|1|2026-01-15\nNO\nNumber\n003\nTRL|1\n")
  }

  @Test func `puts managers before those whom they manage`() throws {
    let people = [
      SampleList.person(1) { $0.lineManager = EmployeeReference("003") },
      SampleList.person(2), SampleList.person(3) { $0.lineManager = EmployeeReference("002") },
      SampleList.person(5) { $0.lineManager = EmployeeReference("006") },
      SampleList.person(6) { $0.lineManager = EmployeeReference("005") },
    ]
    let text = try table("{sort: managers_first, header_rows: 0, columns: [employee_reference]}", people)
    #expect(text == "002\n006\n003\n005\n001\n")
  }

  @Test(arguments: [
    ("{status: [active], is_active: true}", "001 002 004"), ("{is_active: false}", "003"),
    ("{is_active: true, leavers_within_days: 15}", "001 002 003 004"),
    ("{is_active: true, leavers_within_days: 14}", "001 002 004"), ("{units: [trust]}", "001 002 003"),
  ])
  func `holds those whom its filter lets through`(filter: String, expected: String) throws {
    let text = try table("{filter: \(filter), header_rows: 0, columns: [employee_reference]}")
    #expect(text.split(separator: "\n").joined(separator: " ") == expected)
  }

  @Test(arguments: [
    ("off", "=1+1,-5,@a"), ("prefix", "\"'=1+1\",-5,\"'@a\""),
  ])
  func `treats formulas as it is told`(mode: String, expected: String) throws {
    let text = try table(
      """
      formulas: \(mode)
      header_rows: 0
      filter: {status: [left]}
      columns: [{heading: a, constant: "=1+1"}, {heading: b, constant: "-5"}, {heading: c, constant: "@a"}]
      """)
    #expect(text == expected + "\n")
  }

  @Test(arguments: [
    ("columns: [{heading: Name, field: last_name, max_length: 3}]", "'O'Neill, \"Zo\"' has 13 characters; it takes 3"),
    (
      "columns: [{heading: Name, field: employee_reference, codes: {\"001\": A, \"002\": B}}]",
      "its codes do not say what '003' becomes"
    ),
    ("columns: [{heading: Name, field: preferred_name, required: true}]", "nothing stands there"),
    ("quotes: none\ncolumns: [{heading: Name, field: last_name}]", "holds the character that separates columns"),
    ("encoding: us-ascii\ncolumns: [{heading: Name, field: first_name}]", "'ë' (U+00EB) cannot be written in us-ascii"),
    ("formulas: reject\ncolumns: [{heading: Name, constant: =A1}]", "would be run as a formula"),
  ])
  func `is not written while a cell cannot be, and says whose and why`(yaml: String, reason: String) throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    let refusal = try #require(throws: TableRefusal.self) { try table(yaml, in: folder) }
    let fault = try #require(refusal.faults.first)
    #expect(fault.column == "Name")
    #expect(fault.message.contains(reason), "\(fault.message)")
    #expect(["001", "003"].contains(fault.subject))
    #expect(folder.current == nil)
  }

  @Test(arguments: [
    ("windows-1252", [0x5A, 0x6F, 0xEB, 0x0D, 0x0A]), ("iso-8859-15", [0x5A, 0x6F, 0xEB, 0x0D, 0x0A]),
    ("utf-8", [0x5A, 0x6F, 0xC3, 0xAB, 0x0D, 0x0A]),
    ("utf-16le", [0x5A, 0, 0x6F, 0, 0xEB, 0, 0x0D, 0, 0x0A, 0]),
  ])
  func `is written in an encoding`(encoding: String, expected: [Int]) throws {
    let text = try bytes(
      "{encoding: \(encoding), header_rows: 0, filter: {status: [left]}, columns: [first_name]}")
    #expect(text.map { Int($0) } == expected)
  }

  @Test func `is not written while its filter names a unit that is not there`() throws {
    #expect(throws: PublisherError.self) { try table("{filter: {units: [trust, nowhere]}, columns: [email]}") }
  }

  @Test func `cuts no character in half, and notes what it cut`() throws {
    let people = [SampleList.person(1) { $0.firstName = "Ame\u{301}lie" }]
    #expect(
      try table("{header_rows: 0, columns: [{field: first_name, max_length: 3, too_long: cut}]}", people) == "Am\n")
  }
}

@Suite struct `A table of differences` {
  private let delta = """
    content: delta
    header_rows: 0
    columns: [employee_reference, change, job_title, is_active]
    """

  @Test func `tells what came, changed and went since the set before`() throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    let first = try table(delta, [SampleList.person(1), SampleList.person(2)], in: folder)
    #expect(first == "001,created,Nurse,true\n002,created,Nurse,true\n")
    let second = try table(
      delta, [SampleList.person(1) { $0.jobTitle = "Matron" }, SampleList.person(3)], in: folder, as: "2-b-2026-01-15")
    #expect(second == "001,updated,Matron,true\n003,created,Nurse,true\n002,removed,Nurse,false\n")
    let third = try table(
      delta, [SampleList.person(1) { $0.jobTitle = "Matron" }, SampleList.person(3)], in: folder, as: "3-c-2026-01-15")
    #expect(third == "", "a gone row is told once")
  }

  @Test func `tells again what may not have arrived, also when it went back`() throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    let before = [SampleList.person(1), SampleList.person(2)]
    _ = try table(delta, before, in: folder)
    let lost = [SampleList.person(1) { $0.isActive = false }]
    #expect(
      try table(delta, lost, in: folder, as: "2-b-2026-01-15", confirmed: false)
        == "001,updated,Nurse,false\n002,removed,Nurse,false\n")
    #expect(
      try table(delta, before, in: folder, as: "3-c-2026-01-15", confirmed: false)
        == "001,updated,Nurse,true\n002,updated,Nurse,true\n", "whichever the system has, it ends with these")
    #expect(
      try table(delta, before, in: folder, as: "4-d-2026-01-15")
        == "001,updated,Nurse,true\n002,updated,Nurse,true\n")
    #expect(try table(delta, before, in: folder, as: "5-e-2026-01-15") == "")
  }

  @Test func `says farewell to a row whose key changed`() throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    _ = try table(delta, [SampleList.person(1)], in: folder)
    let renamed = SampleList.person(1) { $0.reference = EmployeeReference("901") }
    #expect(
      try table(delta, [renamed], in: folder, as: "2-b-2026-01-15")
        == "901,created,Nurse,true\n001,removed,Nurse,false\n")
  }

  @Test func `leaves a key to whoever has it now`() throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    let before = [SampleList.person(1), SampleList.person(2) { $0.jobTitle = "Cook" }, SampleList.person(3)]
    _ = try table(delta, before, in: folder)
    let swapped = [
      SampleList.person(1) { $0.reference = EmployeeReference("002") },
      SampleList.person(2) {
        $0.reference = EmployeeReference("001")
        $0.jobTitle = "Cook"
      },
    ]
    #expect(
      try table(delta, swapped, in: folder, as: "2-b-2026-01-15")
        == "002,created,Nurse,true\n001,created,Cook,true\n003,removed,Nurse,false\n")
  }

  @Test func `leaves whom it cannot tell apart as the system has them, but ends a leaver`() throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    func person(_ id: Int, _ reference: String, isActive: Bool = true) -> Person {
      SampleList.person(id) {
        $0.reference = EmployeeReference(reference)
        $0.isActive = isActive
      }
    }
    _ = try table(delta, (1...4).map { SampleList.person($0) }, in: folder)
    // Two bear 001, and a third takes over what the system knows one of them by.
    let doubtful = [person(1, "001"), person(2, "001"), person(3, "002"), person(4, "003")]
    #expect(try table(delta, doubtful, in: folder, as: "2-b-2026-01-15") == "")
    #expect(
      try table(
        delta, [person(1, "001", isActive: false), person(2, "001"), person(3, "002"), person(4, "004")], in: folder,
        as: "3-c-2026-01-15") == "001,removed,Nurse,false\n")
    #expect(
      try table(
        delta, [person(1, "002", isActive: false), person(2, "001"), person(3, "003"), person(4, "004")], in: folder,
        as: "4-d-2026-01-15") == "002,created,Nurse,false\n001,created,Nurse,true\n")
  }

  @Test func `remembers every key and value that may have arrived`() throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    func person(_ reference: String) -> [Person] {
      [SampleList.person(1) { $0.reference = EmployeeReference(reference) }]
    }
    _ = try table(delta, person("A"), in: folder)
    _ = try table(delta, person("B"), in: folder, as: "2-b-2026-01-15", confirmed: false)
    _ = try table(delta, person("C"), in: folder, as: "3-c-2026-01-15", confirmed: false)
    #expect(
      try table(delta, person("D"), in: folder, as: "4-d-2026-01-15")
        == "D,created,Nurse,true\nA,removed,Nurse,false\nB,removed,Nurse,false\nC,removed,Nurse,false\n")
    #expect(
      try table(delta, person("E"), in: folder, as: "5-e-2026-01-15")
        == "E,created,Nurse,true\nD,removed,Nurse,false\n")
  }

  @Test func `is the same when it is made again after a crash`() throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    _ = try table(delta, [SampleList.person(1)], in: folder)
    let changed = [SampleList.person(1) { $0.jobTitle = "Matron" }]
    let once = try table(delta, changed, in: folder, as: "2-b-2026-01-15")
    #expect(try table(delta, changed, in: folder, as: "2-b-2026-01-15") == once)
    #expect(once == "001,updated,Matron,true\n")
  }

  @Test func `goes on when its columns change, row by row under the new headings`() throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    _ = try table(delta, [SampleList.person(1), SampleList.person(2)], in: folder)
    let wider = delta.replacing("job_title,", with: "email, job_title,")
    #expect(
      try table(wider, [SampleList.person(1)], in: folder, as: "2-b-2026-01-15")
        == "001,updated,p1@example.org,Nurse,true\n002,removed,,Nurse,false\n")
  }

  @Test func `does not differ by the day alone`() throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    let daily = delta.replacing("is_active]", with: "is_active, as_of, commit]")
    #expect(try table(daily, [SampleList.person(1)], in: folder) == "001,created,Nurse,true,2026-01-15,c0ffee\n")
    #expect(try table(daily, [SampleList.person(1)], on: "2026-01-16", in: folder, as: "2-b-2026-01-16") == "")
  }

  @Test func `of leavers holds those who were active before, and no newcomers`() throws {
    let leavers = "{content: leavers, header_rows: 0, columns: [employee_reference]}"
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    let future = SampleList.person(4) { $0.startDate = CalendarDate("2026-03-01") }
    #expect(
      try table(leavers, [SampleList.person(1), SampleList.person(2), SampleList.people[2], future], in: folder)
        == "003\n", "of what the system has nothing is known: everybody who left")
    #expect(
      try table(
        leavers, [SampleList.person(1) { $0.isActive = false }, SampleList.people[2], future], in: folder,
        as: "2-b-2026-01-15") == "001\n002\n")
    let gone = SampleList.person(4) {
      $0.startDate = CalendarDate("2026-03-01")
      $0.endDate = CalendarDate("2026-03-05")
    }
    #expect(
      try table(leavers, [SampleList.people[2], gone], on: "2026-03-09", in: folder, as: "3-c-2026-03-09")
        == "004\n", "began and left since the set before; who was told is not told again")
  }

  @Test func `of leavers names nobody whose number somebody else has now`() throws {
    let leavers = "{content: leavers, header_rows: 0, columns: [employee_reference]}"
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    _ = try table(leavers, [SampleList.person(1), SampleList.person(2)], in: folder)
    let replaced = SampleList.person(9) { $0.reference = EmployeeReference("002") }
    #expect(try table(leavers, [SampleList.person(1), replaced], in: folder, as: "2-b-2026-01-15") == "")
  }

  @Test func `of changes has a row for each value, and tells one that went back when the last may have arrived`() throws
  {
    let changes = """
      content: changes
      header_rows: 0
      columns: [employee_reference, change, changed_column, old_value, new_value]
      changes_of: [job_title, salary_grade]
      """
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/x")
    let before = [SampleList.person(1) { $0.salaryGrade = "C3" }]
    #expect(
      try table(changes, before, in: folder) == "001,created,job_title,,Nurse\n001,created,salary_grade,,C3\n")
    let raised = [SampleList.person(1) { $0.salaryGrade = "C4" }]
    #expect(
      try table(changes, raised, in: folder, as: "2-b-2026-01-15", confirmed: false)
        == "001,updated,salary_grade,C3,C4\n")
    #expect(
      try table(changes, before, in: folder, as: "3-c-2026-01-15") == "001,updated,salary_grade,C3,C3\n")
  }
}

@Suite struct `Ready-made profiles` {
  @Test func `are those that staffrepo.yaml may name`() {
    for publisher in PublisherRegistry.all {
      let published = publisher.profiles.map(\.name).filter { !Configuration.privateProfiles.contains($0) }
      let known = Configuration.profiles(of: publisher.system).filter { !Configuration.feeds.contains($0) }
      #expect(Set(published) == Set(known), "\(publisher.system)")
    }
  }

  static let tables = PublisherRegistry.all.flatMap { $0.profiles.flatMap(\.tables) }

  @Test(arguments: tables.map(\.file))
  func `are tables like any other`(file: String) throws {
    let table = try #require(Self.tables.first { $0.file == file })
    #expect(try !table.mapping().columns.isEmpty)
  }
}
