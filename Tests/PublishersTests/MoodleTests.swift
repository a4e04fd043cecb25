import CustomDump
import Publishers
import RecordSchema
import Testing

@Suite struct `Moodle` {
  private static func person(_ id: Int, _ email: String? = nil, _ change: (inout Person) -> Void = { _ in }) -> Person {
    SampleList.person(id) {
      $0.lastName = "Hill"
      if let email { $0.email = "\(email)@example.org" }
      change(&$0)
    }
  }

  /// The user name, what it was, and whether it is suspended, line by line.
  private func accounts(_ history: SetHistory) throws -> [[String]] {
    let lines = try history.lines("moodle-users.csv").map(SetHistory.cells)
    let old = lines.first?.firstIndex(of: "oldusername")
    return lines.dropFirst().map { cells in
      [
        cells[0].replacing("@example.org", with: ""), old.map { cells[$0].replacing("@example.org", with: "") } ?? "-",
        cells[8],
      ]
    }
  }

  @Test func `learners are rows, units cohorts, and leavers suspended`() throws {
    let history = try SetHistory("lms", "moodle", options: ["auth": "oidc", "job_title_field": "jobtitle"])
    try history.run([
      Self.person(1),
      Self.person(2, "Zoë.O'Hill") {
        $0.units = [UnitAssignment(unit: UnitCode("trust")), UnitAssignment(unit: UnitCode("410"))]
        $0.endDate = CalendarDate("2026-01-14")
      },
    ])
    expectNoDifference(
      try history.lines("moodle-users.csv"),
      [
        "username,firstname,lastname,email,auth,idnumber,department,institution,suspended,profile_field_jobtitle,"
          + "cohort1,cohort2",
        "p1@example.org,Zoë,Hill,p1@example.org,oidc,001,\"Team \"\"A\"\", North\",Example Care Trust,0,Nurse,unit-410,",
        "zo.ohill@example.org,Zoë,Hill,Zoë.O'Hill@example.org,oidc,002,The Trust,Example Care Trust,1,Nurse,trust,unit-410",
      ])
    #expect(try history.lines("moodle-removals.csv") == ["username,idnumber,cohort"])
  }

  @Test func `job titles are sent only when asked for`() throws {
    let history = try SetHistory("lms", "standard")
    try history.run([Self.person(1)])
    #expect(try history.lines("moodle-users.csv").allSatisfy { !$0.contains("Nurse") && !$0.contains("profile_field") })
    #expect(try history.members("oneroster.zip").count == 4)
  }

  // MARK: Names

  private let units = [Unit(id: UnitID(2), code: UnitCode("410"))]

  @Test func `another address is another name for the same account, told once`() throws {
    let history = try SetHistory("lms", "moodle")
    try history.run([Self.person(1, "a"), Self.person(2, "b")], units: units)
    #expect(try accounts(history) == [["a", "-", "0"], ["b", "-", "0"]])
    try history.run([Self.person(1, "a"), Self.person(2, "c")], units: units)
    #expect(try accounts(history) == [["c", "b", "0"], ["a", "", "0"]])
    try history.run([Self.person(1, "a"), Self.person(2, "c")], units: units)
    #expect(try accounts(history) == [["a", "-", "0"], ["c", "-", "0"]])
    try history.run([Self.person(1, "A"), Self.person(2, "c")], units: units)
    #expect(try accounts(history) == [["a", "-", "0"], ["c", "-", "0"]], "Moodle knows small letters only")
  }

  @Test func `a name in doubt is told by every name that Moodle may know`() throws {
    let history = try SetHistory("lms", "moodle")
    try history.run([Self.person(1, "a")], units: units)
    try history.run([Self.person(1, "b")], units: units, .inDoubt)
    try history.run([Self.person(1, "b")], units: units, .inDoubt)
    #expect(try accounts(history) == [["b", "a", "0"], ["b", "", "0"]])
    try history.run([Self.person(1, "c")], units: units, .inDoubt)
    #expect(try accounts(history) == [["c", "b", "0"], ["c", "a", "0"], ["c", "", "0"]])
    try history.run([Self.person(1, "a")], units: units)
    #expect(try accounts(history) == [["a", "c", "0"], ["a", "b", "0"], ["a", "", "0"]])
    try history.run([Self.person(1, "a")], units: units)
    #expect(try accounts(history) == [["a", "-", "0"]])
  }

  @Test func `a name is free before the next one takes it`() throws {
    let history = try SetHistory("lms", "moodle")
    try history.run([Self.person(1, "a"), Self.person(2, "b"), Self.person(3, "c")], units: units)
    try history.run(
      [Self.person(1, "b"), Self.person(2, "c"), Self.person(3, "d"), Self.person(4, "a")], units: units)
    #expect(try accounts(history) == [["d", "c", "0"], ["c", "b", "0"], ["b", "a", "0"], ["a", "", "0"]])
  }

  @Test func `people who exchange their addresses do not get each other's accounts`() throws {
    let history = try SetHistory("lms", "moodle")
    try history.run([Self.person(1, "a"), Self.person(2, "b")], units: units)
    try history.run([Self.person(1, "b"), Self.person(2, "a")], units: units)
    #expect(
      try accounts(history) == [["moved-1", "a", "0"], ["a", "b", "0"], ["b", "moved-1", "0"]])
    #expect(history.set?.notes.count == 1)
  }

  @Test func `whoever shares an address keeps the account and its cohorts, but a leaver's is suspended`() throws {
    let history = try SetHistory("lms", "moodle")
    try history.run([Self.person(1, "a"), Self.person(2, "b"), Self.person(3, "c")], units: units)
    // The third takes over what Moodle knows the second by.
    var people = [Self.person(1, "a"), Self.person(2, "a"), Self.person(3, "b") { $0.units = [] }, Self.person(4, "d")]
    try history.run(people, units: units)
    #expect(try accounts(history) == [["d", "-", "0"]])
    #expect(try history.lines("moodle-removals.csv").count == 1)
    people[0].isActive = false
    try history.run(people, units: units)
    #expect(try accounts(history) == [["d", "-", "0"], ["a", "-", "1"]])
    people[0].email = "z@example.org"
    try history.run(people, units: units)
    #expect(try accounts(history).contains(["a", "b", "0"]), "by the name that Moodle knows")
    #expect(
      try history.lines("moodle-removals.csv").dropFirst() == ["b@example.org,003,unit-410"], "nothing is forgotten")
  }

  @Test func `an exchange in doubt is not turned twice`() throws {
    let history = try SetHistory("lms", "moodle")
    try history.run([Self.person(1, "a"), Self.person(2, "b")], units: units)
    try history.run([Self.person(1, "b"), Self.person(2, "a")], units: units, .inDoubt)
    try history.run([Self.person(1, "b"), Self.person(2, "a")], units: units)
    #expect(try accounts(history) == [["b", "-", "0"], ["a", "-", "0"]])
    #expect(history.set?.notes.first?.contains("nobody knows") == true)
  }

  @Test func `an address that went on twice in doubt is a case for a person`() throws {
    let history = try SetHistory("lms", "moodle")
    try history.run([Self.person(1, "a"), Self.person(2, "b")], units: units)
    try history.run([Self.person(1, "b"), Self.person(2, "c")], units: units, .inDoubt)
    #expect(history.set?.notes.isEmpty == true)
    try history.run([Self.person(1, "b"), Self.person(2, "c")], units: units, .inDoubt)
    #expect(history.set?.notes.isEmpty == true)
    try history.run([Self.person(1, "d"), Self.person(2, "c")], units: units)
    #expect(history.set?.notes.first?.contains("nobody knows") == true)
  }

  @Test func `a record that is gone is told once, suspended and out of its cohorts`() throws {
    let history = try SetHistory("lms", "moodle")
    try history.run([Self.person(1, "a"), Self.person(2, "b")], units: units)
    try history.run([Self.person(2, "b")], units: units)
    #expect(try accounts(history) == [["b", "-", "0"], ["a", "-", "1"]])
    #expect(try history.lines("moodle-removals.csv").dropFirst() == ["a@example.org,001,unit-410"])
    try history.run([Self.person(2, "b")], units: units)
    #expect(try accounts(history) == [["b", "-", "0"]])
    #expect(try history.lines("moodle-removals.csv").count == 1)
  }

  @Test func `nobody comes into the account of a person who is gone`() throws {
    let history = try SetHistory("lms", "moodle")
    try history.run([Self.person(1, "a"), Self.person(2, "b")], units: units)
    try history.run([Self.person(2, "a"), Self.person(3, "b")], units: units)
    #expect(try accounts(history) == [["former-1", "a", "1"], ["a", "b", "0"], ["b", "", "0"]])
    #expect(try history.lines("moodle-removals.csv").dropFirst() == ["former-1,001,unit-410"])
  }

  @Test func `who is left out keeps account and cohorts`() throws {
    let history = try SetHistory("lms", "moodle")
    try history.run([Self.person(1, "a"), Self.person(2, "b")], units: units)
    try history.run([Self.person(1, "a"), Self.person(2, "aë")], units: units)
    #expect(try accounts(history) == [["a", "-", "0"]])
    #expect(try history.lines("moodle-removals.csv").count == 1)
    #expect(history.set?.notes.first?.hasPrefix("002: left out") == true)
  }

  @Test func `a record that went and came back while names were in doubt has the account that it had`() throws {
    let history = try SetHistory("lms", "moodle")
    try history.run([], units: units)
    try history.run([Self.person(1, "a")], units: units, .inDoubt)
    try history.run([], units: units, .inDoubt)
    try history.run([Self.person(1, "b")], units: units)
    #expect(try accounts(history) == [["b", "a", "0"], ["b", "", "0"]])
  }

  @Test func `a person who went while names were in doubt is taken out of cohorts by the last name`() throws {
    let history = try SetHistory("lms", "moodle")
    try history.run([Self.person(1, "a")], units: units)
    try history.run([Self.person(1, "a") { $0.units = [] }], units: units, .inDoubt)
    try history.run([Self.person(1, "b") { $0.units = [] }], units: units, .inDoubt)
    try history.run([], units: units)
    #expect(try accounts(history) == [["b", "a", "1"], ["b", "", "1"]])
    #expect(try history.lines("moodle-removals.csv").dropFirst() == ["b@example.org,001,unit-410"])
  }

  // MARK: Cohorts

  @Test func `memberships that are no more are listed under the name of today`() throws {
    let history = try SetHistory("lms", "moodle")
    let trust = UnitAssignment(unit: UnitCode("trust"))
    try history.run([
      Self.person(1, "a"), Self.person(2, "b") { $0.units.append(trust) },
      Self.person(3, "c") { $0.units.append(trust) },
    ])
    try history.run([
      Self.person(1, "a") { $0.isActive = false }, Self.person(2, "d") { $0.units = [trust] },
      Self.person(3, "c") { $0.units = [] },
    ])
    #expect(
      try history.lines("moodle-removals.csv").dropFirst() == [
        "d@example.org,002,unit-410", "c@example.org,003,trust", "c@example.org,003,unit-410",
      ])
    #expect(
      try history.lines("moodle-users.csv").contains { $0.hasPrefix("a@") && $0.contains(",1,unit-410,") },
      "who is suspended keeps the cohorts")
  }

  @Test func `another code is another cohort, unless it is one of the person's too`() throws {
    let history = try SetHistory("lms", "moodle")
    let both = ["trust", "410"].map { UnitAssignment(unit: UnitCode($0)) }
    try history.run([Self.person(1, "a"), Self.person(2, "b") { $0.units = both }])
    var units = SampleList.units
    units[1].code = UnitCode("411")
    let new = UnitAssignment(unit: UnitCode("411"))
    try history.run(
      [Self.person(1, "a") { $0.units = [new] }, Self.person(2, "b") { $0.units = [both[0], new] }], units: units)
    #expect(
      try history.lines("moodle-removals.csv").dropFirst() == [
        "a@example.org,001,unit-410", "b@example.org,002,unit-410",
      ])
    units[0].code = UnitCode("411")
    units[1].code = UnitCode("trust")
    let turned = ["411", "trust"].map { UnitAssignment(unit: UnitCode($0)) }
    try history.run(
      [Self.person(1, "a") { $0.units = [turned[1]] }, Self.person(2, "b") { $0.units = turned }], units: units)
    #expect(try history.lines("moodle-removals.csv").dropFirst() == ["a@example.org,001,unit-411"])
  }

  @Test func `a removal in doubt is listed again`() throws {
    let history = try SetHistory("lms", "moodle")
    try history.run([Self.person(1, "a")])
    try history.run([Self.person(1, "a") { $0.units = [] }, Self.person(2, "b")], .inDoubt)
    try history.run([Self.person(1, "a") { $0.units = [] }])
    #expect(
      try history.lines("moodle-removals.csv").dropFirst() == [
        "a@example.org,001,unit-410", "b@example.org,002,unit-410",
      ])
    try history.run([Self.person(1, "a") { $0.units = [] }])
    #expect(try history.lines("moodle-removals.csv").count == 1)
  }
}
