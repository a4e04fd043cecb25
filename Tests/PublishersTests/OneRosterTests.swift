import CustomDump
import Publishers
import RecordSchema
import Testing

@Suite struct `OneRoster` {
  private static func person(_ id: Int, _ change: (inout Person) -> Void = { _ in }) -> Person {
    SampleList.person(id) {
      $0.lastName = "Hill"
      change(&$0)
    }
  }

  private let two = [
    person(1) { $0.preferredName = "Zo" },
    person(2) {
      $0.units = [UnitAssignment(unit: UnitCode("trust")), UnitAssignment(unit: UnitCode("410"))]
      $0.endDate = CalendarDate("2026-01-31")
    },
  ]

  @Test func `1.2 in bulk mode has people, units and a role in each unit`() throws {
    let history = try SetHistory("lms", "oneroster")
    try history.run(two)
    let zip = try history.members("oneroster.zip")
    #expect(Set(zip.keys) == ["manifest.csv", "orgs.csv", "users.csv", "roles.csv"])
    expectNoDifference(
      zip["orgs.csv"],
      [
        "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
        "org-1,,,Example Care Trust,district,,", "unit-1,,,The Trust,department,trust,org-1",
        "unit-2,,,\"Team \"\"A\"\", North\",department,410,unit-1",
      ])
    expectNoDifference(
      zip["users.csv"],
      [
        "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,"
          + "email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,"
          + "preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns,metadata.jobTitle",
        "person-1,,,true,p1@example.org,{staffrepo:001},Zoë,Hill,,001,p1@example.org,,,,,,,,Zo,,,unit-2,,Nurse",
        "person-2,,,true,p2@example.org,{staffrepo:002},Zoë,Hill,,002,p2@example.org,,,,,,,,,,,unit-1,,Nurse",
      ])
    expectNoDifference(
      zip["roles.csv"],
      [
        "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,"
          + "userProfileSourcedId",
        "person-1.unit-2,,,person-1,primary,student,2020-01-01,,unit-2,",
        "person-2.unit-1,,,person-2,primary,student,2020-01-01,2026-02-01,unit-1,",
        "person-2.unit-2,,,person-2,secondary,student,2020-01-01,2026-02-01,unit-2,",
      ])
  }

  @Test func `1.1 has roles and units with the users`() throws {
    let history = try SetHistory("lms", "oneroster-1.1")
    try history.run(two)
    let zip = try history.members("oneroster-1.1.zip")
    #expect(Set(zip.keys) == ["manifest.csv", "orgs.csv", "users.csv"])
    #expect(zip["manifest.csv"]?.filter { $0.hasPrefix("file.") }.count == 13)
    #expect(zip["manifest.csv"]?.contains("oneroster.version,1.1") == true)
    #expect(zip["manifest.csv"]?.contains { $0.hasPrefix("file.roles") } == false)
    expectNoDifference(
      zip["users.csv"],
      [
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,"
          + "middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,metadata.jobTitle",
        "person-1,,,true,unit-2,student,p1@example.org,{staffrepo:001},Zoë,Hill,,001,p1@example.org,,,,,,Nurse",
        "person-2,,,true,\"unit-1,unit-2\",student,p2@example.org,{staffrepo:002},Zoë,Hill,,002,p2@example.org,,,,,,Nurse",
      ])
  }

  @Test func `roles follow job titles, and kinds of organisations the units' types`() throws {
    let options = [
      "role": "aide", "role.Ward Manager": "principal", "org_type": "school", "org_type.Ward": "local",
      "root_org_type": "national",
    ]
    var units = SampleList.units
    units[1].type = "ward"
    let people = [Self.person(1), Self.person(2) { $0.jobTitle = "ward manager" }]
    let new = try SetHistory("lms", "oneroster", options: options)
    try new.run(people, units: units)
    let zip = try new.members("oneroster.zip")
    #expect(zip["roles.csv"]?.dropFirst().map { SetHistory.cells($0)[5] } == ["aide", "principal"])
    #expect(zip["orgs.csv"]?[1].contains(",national,") == true)
    #expect(zip["orgs.csv"]?[2].contains(",school,") == true)
    #expect(zip["orgs.csv"]?[3].contains(",local,") == true)
    let old = try SetHistory("lms", "oneroster-1.1", options: options)
    try old.run(people, units: units)
    let users = try old.members("oneroster-1.1.zip")["users.csv"]
    #expect(users?.dropFirst().map { SetHistory.cells($0)[5] } == ["aide", "administrator"])
  }

  @Test func `no line ends stand inside a field`() throws {
    let history = try SetHistory("lms", "oneroster")
    try history.run([Self.person(1) { $0.jobTitle = "Nurse\r\nand more" }])
    #expect(try history.members("oneroster.zip")["users.csv"]?.last?.hasSuffix(",Nurse and more") == true)
  }

  @Test func `staffrepo.yaml may name what the LMS has`() {
    #expect(Configuration.profiles(of: "lms") == SystemFiles.profiles(of: "lms") + Configuration.feeds)
  }

  // MARK: Deltas

  @Test(arguments: ["oneroster-delta", "oneroster-1.1-delta"])
  func `a delta holds what differs, and nothing when nothing does`(profile: String) throws {
    let history = try SetHistory("lms", profile)
    func zip() throws -> [String: [String]] { try history.members("\(profile).zip") }
    try history.run(two)
    let first = try zip()
    #expect(first["users.csv"]?.count == 3)
    #expect(first["orgs.csv"]?.count == 4)
    #expect(first["users.csv"]?[1].hasPrefix("person-1,active,2026-01-15T00:00:00.000Z,true,") == true)
    #expect(first["manifest.csv"]?.contains("file.users,delta") == true)

    try history.run(two)
    #expect(Set(try zip().keys) == ["manifest.csv"])
    #expect(try zip()["manifest.csv"]?.filter { $0.hasPrefix("file.") }.allSatisfy { $0.hasSuffix(",absent") } == true)

    try history.run([Self.person(1) { $0.jobTitle = "Ward Manager" }])
    let third = try zip()
    #expect(third["orgs.csv"] == nil)
    #expect(
      third["users.csv"]?.dropFirst().map { String($0.prefix(54)) } == [
        "person-1,active,2026-01-15T00:00:00.000Z,true," + (profile == "oneroster-delta" ? "p1@examp" : "unit-2,s"),
        "person-2,tobedeleted,2026-01-15T00:00:00.000Z,false," + (profile == "oneroster-delta" ? "p2" : "\"u"),
      ])
    #expect(third["users.csv"]?[1].hasSuffix(",Ward Manager") == true)
    if profile == "oneroster-delta" {
      expectNoDifference(
        third["roles.csv"]?.dropFirst().map { $0 },
        [
          "person-2.unit-1,tobedeleted,2026-01-15T00:00:00.000Z,person-2,primary,student,2020-01-01,2026-02-01,unit-1,",
          "person-2.unit-2,tobedeleted,2026-01-15T00:00:00.000Z,person-2,secondary,student,2020-01-01,2026-02-01,unit-2,",
        ])
    }
    try history.run([Self.person(1) { $0.jobTitle = "Ward Manager" }])
    #expect(Set(try zip().keys) == ["manifest.csv"])
  }

  @Test func `a set in doubt is told again, also when all is as before`() throws {
    let history = try SetHistory("lms", "oneroster-delta")
    try history.run(two)
    try history.run([two[0], Self.person(3)], .inDoubt)
    try history.run(two)
    let zip = try history.members("oneroster-delta.zip")
    #expect(
      zip["users.csv"]?.dropFirst().map { SetHistory.cells($0)[...1] } == [
        ["person-2", "active"], ["person-3", "tobedeleted"],
      ])
    #expect(
      zip["roles.csv"]?.dropFirst().map { SetHistory.cells($0)[...1] } == [
        ["person-2.unit-1", "active"], ["person-2.unit-2", "active"], ["person-3.unit-2", "tobedeleted"],
      ])
    try history.run(two)
    #expect(Set(try history.members("oneroster-delta.zip").keys) == ["manifest.csv"])
  }

  @Test(arguments: [("1.1", UInt64(1)), ("1.2", 2), ("1.1", 3), ("1.2", 4)])
  func `deltas applied in order give what the bulk file says`(version: String, seed: UInt64) throws {
    let suffix = version == "1.1" ? "-1.1" : ""
    let (delta, bulk) = (
      try SetHistory("lms", "oneroster\(suffix)-delta"), try SetHistory("lms", "oneroster\(suffix)")
    )
    var random = Dice(seed)
    var held: [String: [String: String]] = [:]
    for round in 1...25 {
      let people = (1...8).filter { _ in random.roll(4) > 0 }.map { id in
        Self.person(id) {
          $0.jobTitle = ["Nurse", "Cook"][random.roll(2)]
          $0.isActive = random.roll(5) > 0
          $0.units = ["trust", "410"].filter { _ in random.roll(2) > 0 }.map { UnitAssignment(unit: UnitCode($0)) }
        }
      }
      var units = SampleList.units
      units[1].name = "Team \(random.roll(2))"
      if random.roll(5) == 0 { units.removeLast() }
      let isCertain = round == 25 || random.roll(2) > 0
      try delta.run(people, units: units, isCertain ? .arrives : .inDoubt)
      guard isCertain || random.roll(2) > 0 else { continue }
      for (name, lines) in try delta.members("oneroster\(suffix)-delta.zip") where name != "manifest.csv" {
        for line in lines.dropFirst() {
          let cells = line.split(separator: ",", maxSplits: 3, omittingEmptySubsequences: false).map { String($0) }
          held[name, default: [:]][cells[0]] = cells[1] == "active" ? cells[3] : nil
        }
      }
      guard isCertain else { continue }
      try bulk.run(people, units: units)
      for (name, lines) in try bulk.members("oneroster\(suffix).zip") where name != "manifest.csv" {
        let rows = lines.dropFirst().map { $0.split(separator: ",", maxSplits: 3, omittingEmptySubsequences: false) }
        expectNoDifference(
          held[name] ?? [:], Dictionary(uniqueKeysWithValues: rows.map { (String($0[0]), String($0[3])) }),
          "\(name), round \(round)")
      }
    }
  }
}

/// The same throws in every run.
struct Dice {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  /// From 0 to less than this.
  mutating func roll(_ sides: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % sides
  }
}
