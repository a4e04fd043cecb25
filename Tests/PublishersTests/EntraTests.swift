import Foundation
import RecordSchema
import TestSupport
import Testing

@testable import Publishers

/// What a directory does with `/bulkUpload`: it finds accounts by `externalId`.
private struct Directory {
  var accounts: [String: [String: Any]] = [:]
  var operations = 0

  mutating func take(_ trial: AccountTrial) throws {
    for name in trial.files {
      let body = try #require(try trial.json(name) as? [String: Any])
      let list = try #require(body["Operations"] as? [[String: Any]])
      #expect((1...50).contains(list.count), "\(name)")
      #expect(Set(list.compactMap { $0["bulkId"] as? String }).count == list.count)
      for operation in list {
        operations += 1
        let data = try #require(operation["data"] as? [String: Any])
        _ = try #require(data["active"] as? Bool)
        accounts[try #require(data["externalId"] as? String)] = data
      }
    }
  }

  func isActive(_ reference: String) -> Bool? { accounts[reference]?["active"] as? Bool }
  func value(_ reference: String, _ field: String) -> String? { accounts[reference]?[field] as? String }
}

@Suite struct `Entra's changes` {
  private let all = [SampleList.person(1), SampleList.person(2), SampleList.person(3)]

  private func changed(_ id: Int, _ change: (inout Person) -> Void) -> [Person] {
    all.map { person in
      var person = person
      if person.id == PersonID(id) { change(&person) }
      return person
    }
  }

  @Test func `hold everybody first, then who differs, then nobody`() throws {
    let trial = try AccountTrial("entra", "bulk-upload-delta")
    var directory = Directory()
    try trial.write(all)
    try directory.take(trial)
    #expect(directory.operations == 3)
    try trial.write(changed(2) { $0.jobTitle = "Matron" })
    try directory.take(trial)
    #expect(directory.operations == 4)
    #expect(directory.value("002", "title") == "Matron")
    try trial.write(changed(2) { $0.jobTitle = "Matron" })
    #expect(trial.files.isEmpty, "no empty batch")
  }

  @Test func `fill batches of fifty and leave none empty`() throws {
    let trial = try AccountTrial("entra", "bulk-upload-delta")
    try trial.write((1...100).map { SampleList.person($0) })
    #expect(trial.files == ["bulk-upload-delta-0001.json", "bulk-upload-delta-0002.json"])
    var directory = Directory()
    try directory.take(trial)
    #expect(directory.accounts.count == 100)
  }

  @Test func `disable once who is gone, and enable who comes back`() throws {
    let trial = try AccountTrial("entra", "bulk-upload-delta")
    var directory = Directory()
    try trial.write(all)
    try directory.take(trial)
    try trial.write(Array(all.prefix(2)))
    try directory.take(trial)
    #expect(directory.isActive("003") == false)
    #expect(directory.value("003", "userName") == "p3@example.org", "with the last values")
    try trial.write(Array(all.prefix(2)))
    #expect(trial.files.isEmpty)
    try trial.write(all)
    try directory.take(trial)
    #expect(directory.isActive("003") == true)
  }

  @Test func `say nothing of a leaver whose record goes later`() throws {
    let trial = try AccountTrial("entra", "bulk-upload-delta")
    let left = changed(3) { $0.endDate = CalendarDate("2025-12-31") }
    try trial.write(left)
    try trial.write(Array(left.prefix(2)))
    #expect(trial.files.isEmpty)
  }

  @Test func `do not disable who lives on under another id`() throws {
    let trial = try AccountTrial("entra", "bulk-upload-delta")
    var directory = Directory()
    try trial.write(all)
    var moved = SampleList.person(9)
    moved.reference = EmployeeReference("003")
    try trial.write(Array(all.prefix(2)) + [moved])
    try directory.take(trial)
    #expect(directory.isActive("003") == true)
  }

  @Test func `keep an account whose new name Entra refuses, but not a leaver's`() throws {
    let trial = try AccountTrial("entra", "bulk-upload-delta")
    var directory = Directory()
    try trial.write(all)
    try directory.take(trial)
    try trial.write(changed(2) { $0.email = "zoë@example.org" })
    #expect(trial.files.isEmpty)
    #expect(trial.notes.first?.hasPrefix("002: left out") == true)
    try trial.write(
      changed(2) {
        $0.email = "zoë@example.org"
        $0.isActive = false
      })
    try directory.take(trial)
    #expect(directory.isActive("002") == false)
    #expect(directory.value("002", "userName") == "p2@example.org")
  }

  @Test func `touch no account of somebody whose reference another person bears as well`() throws {
    let trial = try AccountTrial("entra", "bulk-upload-delta")
    var directory = Directory()
    try trial.write(all)
    try directory.take(trial)
    // The third takes over what Entra knows the second by.
    var doubtful = changed(2) { $0.reference = EmployeeReference("001") }
    doubtful[2].reference = EmployeeReference("002")
    try trial.write(doubtful)
    #expect(trial.files.isEmpty)
    #expect(
      trial.notes.filter { $0.contains("left out") } == [
        "001: left out, its employee reference is also that of the person with the id 2.",
        "001: left out, its employee reference is also that of the person with the id 1. Entra knows the account by 002.",
        "002: left out, Entra knows somebody by this number whose own is in doubt. Entra knows the account by 003.",
      ])
    doubtful[0].isActive = false
    try trial.write(doubtful)
    try directory.take(trial)
    #expect(directory.isActive("001") == false, "a leaver loses the account by which Entra knows it")
    #expect(directory.isActive("002") == true && directory.isActive("003") == true)
  }

  @Test func `name who has another reference now`() throws {
    let trial = try AccountTrial("entra", "bulk-upload-delta")
    try trial.write(all)
    try trial.write(changed(2) { $0.reference = EmployeeReference("E2") })
    #expect(trial.notes.count == 1)
    #expect(trial.notes.first?.hasPrefix("002 is now E2.") == true)
  }

  @Test func `disable who leaves under every reference that Entra may know`() throws {
    let trial = try AccountTrial("entra", "bulk-upload-delta")
    var directory = Directory()
    try trial.write(all)
    try directory.take(trial)
    try trial.write(changed(2) { $0.reference = EmployeeReference("E2") }, .uncertain)
    try trial.write([all[0], all[2]])
    try directory.take(trial)
    #expect(directory.isActive("002") == false && directory.isActive("E2") == false)
    #expect(directory.isActive("001") == true)
  }

  /// Whichever sets arrive, the directory ends as the full files would have it.
  @Test(arguments: 0..<40)
  func `lead to what the full files say, whatever is lost on the way`(seed: Int) throws {
    var random = SeededRandom(seed)
    let (delta, full) = (
      try AccountTrial("entra", "bulk-upload-delta"), try AccountTrial("entra", "bulk-upload")
    )
    var directory = Directory()
    var people: [Int: Person] = [:]
    for round in 0..<12 {
      for id in 1...6 {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: people[id] = nil
        case 1: people[id] = SampleList.person(id) { $0.jobTitle = "Job \(round)" }
        case 2: people[id]?.isActive.toggle()
        case 3: people[id]?.email = Bool.random(using: &random) ? "zoë\(id)@example.org" : "q\(id)@example.org"
        default: break
        }
      }
      let now = people.values.sorted { $0.id < $1.id }
      let fate: AccountTrial.Fate =
        round == 11 ? .arrives : [.arrives, .uncertain, .stays][Int.random(in: 0..<3, using: &random)]
      try delta.write(now, fate)
      // One that was sent and not confirmed came as a whole or not at all.
      if fate == .arrives || (fate == .uncertain && Bool.random(using: &random)) { try directory.take(delta) }
    }
    let now = people.values.sorted { $0.id < $1.id }
    try full.write(now)
    var expected = Directory()
    for name in full.files where name.hasPrefix("bulk-upload") {
      let body = try #require(try full.json(name) as? [String: Any])
      for operation in try #require(body["Operations"] as? [[String: Any]]) {
        let data = try #require(operation["data"] as? [String: Any])
        expected.accounts[try #require(data["externalId"] as? String)] = data
      }
    }
    for (reference, account) in expected.accounts {
      #expect(directory.isActive(reference) == account["active"] as? Bool, "\(reference)")
      #expect(directory.value(reference, "title") == account["title"] as? String)
      #expect(directory.value(reference, "userName") == account["userName"] as? String)
    }
    let context = SampleList.list(now).context
    let refused = Set(now.filter { EntraUser.fault($0, context) != nil && $0.isActive }.map(\.reference.rawValue))
    for reference in directory.accounts.keys where expected.accounts[reference] == nil && !refused.contains(reference) {
      #expect(directory.isActive(reference) == false, "\(reference)")
    }
  }
}

@Suite struct `Entra's CSV files` {
  @Test(arguments: ["none", "v1.0"])
  func `of groups name each unit's active people in the template`(version: String) throws {
    let trial = try AccountTrial("entra", "group-members", options: ["template_version": version])
    try trial.write(SampleList.people)
    #expect(trial.files == ["members-trust.csv", "members-410.csv"])
    let row = version == "none" ? "" : "version:v1.0\r\n"
    let heading = "Member object ID or user principal name [memberObjectIdOrUpn] Required\r\n"
    #expect(try trial.text("members-trust.csv") == row + heading + "p2@example.org\r\n")
    #expect(try trial.text("members-410.csv") == row + heading + "p1@example.org\r\np2@example.org\r\n")
    try trial.write(SampleList.people.filter { $0.id != PersonID(2) })
    #expect(trial.files == ["members-410.csv"], "nobody is left in the other unit")
  }

  @Test func `of groups have names that no file system mixes up`() {
    func unit(_ id: Int, _ code: String) -> RecordSchema.Unit {
      RecordSchema.Unit(id: UnitID(id), code: UnitCode(code))
    }
    let long = String(repeating: "a", count: 300)
    let units = [
      unit(1, "HR"), unit(2, "hr"), unit(3, "../etc/passwd"), unit(4, "é"), unit(5, "_"), unit(6, long), unit(7, ""),
      unit(8, "nul\n"), unit(9, "team-a"),
    ]
    let names = EntraGroupMembers.names(units)
    #expect(names.count == units.count)
    #expect(Set(names.values.map { $0.lowercased() }).count == units.count)
    #expect(names[UnitID(2)] == "members-hr.csv")
    #expect(names[UnitID(1)] == "members-hr_1.csv")
    #expect(names[UnitID(9)] == "members-team-a.csv")
    for name in names.values {
      #expect(name.utf8.count < 200 && name.utf8.allSatisfy { isASCIIAlphanumeric($0) || "-_.".utf8.contains($0) })
      #expect(!name.contains(".."))
    }
  }

  @Test(arguments: ["none", "v1.0"])
  func `to create accounts have the template's rows and a password each`(version: String) throws {
    let trial = try AccountTrial("entra", "bulk-create", options: ["template_version": version])
    try trial.write(SampleList.people)
    var lines = try trial.text("bulk-create.csv").components(separatedBy: "\r\n")
    if version != "none" { #expect(lines.removeFirst() == "version:v1.0") }
    #expect(lines.removeFirst() == EntraBulkCreate.headings.joined(separator: ","))
    #expect(lines.count == 3 && lines.last == "", "1 and 2; 3 has left, and Entra refuses the name of 4")
  }
}

@Suite struct `Profiles that staffrepo.yaml may name` {
  @Test(arguments: ["entra", "digital-id"])
  func `are those that the publishers have`(system: String) {
    let own = SystemFiles.profiles(of: system).filter { !Configuration.privateProfiles.contains($0) }
    #expect(Configuration.profiles(of: system) == own + Configuration.feeds)
  }
}
