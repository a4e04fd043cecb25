import FileStore
import Foundation
import TestSupport
import Testing

/// Twenty people, and guards that trip early.
private struct Guarded {
  let receiver: Receiver
  let repository: DataRepository

  init(_ guards: String, more: String = "") throws {
    receiver = try Receiver(secret: nil)
    repository = try DataRepository(webhook: receiver.port)
    try repository.write(
      "staffrepo.yaml",
      """
      organisation: {id: 1, time_zone: Europe/London}
      guards: {\(guards)}
      approvers: [hr@example.org]
      systems: {hr: {enabled: true}, digital-id: {enabled: true}}

      """)
    for id in 1...20 { try repository.person(id, id == 20 ? more : "") }
    try repository.commit()
    try publish("2099-03-01T12:00:00Z")
  }

  @discardableResult
  func publish(_ now: String = "2099-03-01T12:00:00Z") throws -> ProgramResult {
    try repository.staffrepo("publish", environment: ["STAFFREPO_NOW": now])
  }

  /// Other addresses for some, and what comes with them.
  func changeAddresses(_ more: (Int) -> String = { _ in "" }) throws {
    for id in 1...10 {
      try repository.person(id, more(id))
      let path = repository.path + "/data/people/EMP\(id).yaml"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try Data(text.replacing("p\(id)@", with: "new\(id)@").utf8).write(to: URL(fileURLWithPath: path))
    }
    try commit()
  }

  /// Commits on the day on which the tests begin.
  func commit() throws {
    try git("add", "-A", in: repository.path)
    let result = try run(
      "git", ["commit", "--quiet", "--message", "x"], in: repository.path,
      environment: ["GIT_COMMITTER_DATE": "2099-03-01T11:00:00Z"])
    #expect(result.status == 0)
  }

  func approve(_ name: String, limit: Int) throws {
    try repository.write(
      "data/approvals/now.yaml", "guard: \(name)\nlimit: \(limit)\nexpires: 2099-06-01\nreason: meant so\n")
    try commit()
  }

  func told() throws -> [String] { try receiver.requests().map { "\($0.event) \($0.person)" } }

  func export(_ name: String) throws -> String {
    try String(
      contentsOfFile: repository.path + "/.git/staffrepo/exports/\(name == "hr" ? "hr/current/employees.csv" : name)",
      encoding: .utf8)
  }
}

@Suite struct `A tripped guard` {
  @Test func `holds the branch, but not that somebody left, until it is approved`() throws {
    let desk = try Guarded("email_changes: {count: 5, percent: 5}")
    try desk.changeAddresses { $0 == 1 ? "is_active: false\n" : "" }
    let held = try desk.publish()
    #expect(held.status == 1)
    #expect(held.output.contains("HELD at"))
    #expect(held.output.contains("guard: email_changes, limit: 10"))
    #expect(try desk.told() == ["person.deactivated 1"])
    #expect(try desk.export("hr").contains("EMP1,Grace,Hill,p1@example.org,Nurse,2020-01-01,,,,inactive"))
    #expect(try desk.export("hr").contains("EMP2,Grace,Hill,p2@example.org,Nurse,2020-01-01,,,,active"))
    try desk.publish()
    #expect(try desk.told().count == 1, "it is not told again")
    let status = try #require(try desk.repository.json("status") as? [String: Any])
    #expect((status["hold"] as? [String: Any])?["told"] != nil)

    try desk.approve("email_changes", limit: 10)
    #expect(try desk.publish().status == 0)
    let told = try desk.told()
    #expect(told.sorted() == (["person.deactivated 1"] + (1...10).map { "person.updated \($0)" }).sorted())
    let journal = try git("show", "refs/staffrepo/journal:entry.json", in: desk.repository.path)
    #expect(journal.contains("data/approvals/now.yaml"))
    #expect(try desk.export("hr").contains("EMP1,Grace,Hill,new1@example.org,Nurse,2020-01-01,,,,inactive"))
  }

  @Test func `lets go when later commits take it back, and tells only what is left`() throws {
    let desk = try Guarded("email_changes: {count: 5, percent: 5}")
    try desk.changeAddresses { $0 == 1 ? "is_active: false\n" : "" }
    #expect(try desk.publish().status == 1)
    for id in 1...10 { try desk.repository.person(id, id == 2 ? "preferred_name: Gracie\n" : "") }
    try desk.commit()
    #expect(try desk.publish().status == 0)
    #expect(
      try desk.told().sorted() == [
        "person.activated 1", "person.deactivated 1", "person.updated 1", "person.updated 2",
      ])
  }

  @Test func `is not even noticed when the mistake and its mending come together`() throws {
    let desk = try Guarded("email_changes: {count: 5, percent: 5}")
    try desk.changeAddresses()
    for id in 1...10 { try desk.repository.person(id, id == 2 ? "preferred_name: Gracie\n" : "") }
    try desk.commit()
    #expect(try desk.publish().status == 0)
    #expect(try desk.told() == ["person.updated 2"])
  }

  @Test func `publishes what came before it`() throws {
    let desk = try Guarded("email_changes: {count: 5, percent: 5}")
    try desk.repository.person(3, "preferred_name: Gracie\n")
    try desk.commit()
    try desk.changeAddresses()
    #expect(try desk.publish().status == 1)
    #expect(try desk.told() == ["person.updated 3"])
  }

  @Test func `keeps an approval from counting that a push brings for itself`() throws {
    let desk = try Guarded("email_changes: {count: 5, percent: 5}")
    try desk.repository.write(
      "staffrepo.yaml",
      "organisation: {id: 1, time_zone: Europe/London}\nguards: {email_changes: {count: 500, percent: 100}}\n")
    try desk.commit()
    try desk.changeAddresses()
    #expect(try desk.publish().status == 1, "the guards that count are those from before the push")
    #expect(try desk.publish().status == 1, "and they still are when the harmless part is published")
    #expect(try desk.told().isEmpty)
  }

  @Test func `about deactivations lets nobody go but those whose day has come`() throws {
    let desk = try Guarded(
      "deactivations: {count: 3, percent: 5}", more: "employment_end_date: 2099-03-03\n")
    for id in 1...10 { try desk.repository.person(id, "is_active: false\n") }
    try desk.commit()
    #expect(try desk.publish().status == 1)
    #expect(try desk.told().isEmpty)
    #expect(try desk.publish("2099-03-04T00:00:00Z").status == 1)
    #expect(try desk.told() == ["person.deactivated 20"])
    try desk.approve("deactivations", limit: 10)
    #expect(try desk.publish("2099-03-04T12:00:00Z").status == 0)
    let told = try desk.told()
    #expect(told.filter { $0 == "person.deactivated 20" }.count == 1)
    #expect(told.filter { $0.hasPrefix("person.deactivated") }.count == 11)
  }

  @Test func `locks nobody out whose end a held commit has put off`() throws {
    let desk = try Guarded(
      "email_changes: {count: 5, percent: 5}", more: "employment_end_date: 2099-03-03\n")
    try desk.repository.person(20, "employment_end_date: 2099-12-31\n")
    try desk.changeAddresses()
    #expect(try desk.publish().status == 1)
    #expect(try desk.publish("2099-03-05T12:00:00Z").status == 1)
    #expect(try desk.told().isEmpty)
    #expect(try desk.export("hr").contains("EMP20,Grace,Hill,p20@example.org,Nurse,2020-01-01,2099-03-03,,,active"))
    try desk.approve("email_changes", limit: 10)
    #expect(try desk.publish("2099-03-05T13:00:00Z").status == 0)
    #expect(try !desk.told().contains { $0.hasPrefix("person.deactivated") })
  }

  @Test func `does not let go because its victims were deactivated`() throws {
    let desk = try Guarded("email_changes: {count: 5, percent: 5}")
    try desk.changeAddresses { $0 < 8 ? "is_active: false\n" : "" }
    for _ in 1...3 { #expect(try desk.publish().status == 1) }
    #expect(try desk.told().sorted() == (1...7).map { "person.deactivated \($0)" })
  }

  @Test func `tells a second time what happens a second time`() throws {
    let desk = try Guarded("email_changes: {count: 5, percent: 5}", more: "employment_end_date: 2099-03-03\n")
    try desk.changeAddresses()
    try desk.publish("2099-03-04T10:00:00Z")
    try desk.repository.person(20, "employment_end_date: 2099-12-31\n")
    try desk.commit()
    try desk.publish("2099-03-04T11:00:00Z")
    try git("revert", "--no-edit", "HEAD", in: desk.repository.path)
    try desk.publish("2099-03-04T12:00:00Z")
    #expect(try desk.told() == ["person.deactivated 20", "person.activated 20", "person.deactivated 20"])
    try desk.approve("email_changes", limit: 10)
    #expect(try desk.publish("2099-03-04T13:00:00Z").status == 0)
    #expect(try desk.told().last { $0.hasSuffix("activated 20") } == "person.deactivated 20")
    #expect(try desk.repository.staffrepo("audit", "verify").status == 0)
  }

  @Test func `gives back what was told when the branch goes back`() throws {
    let desk = try Guarded("email_changes: {count: 5, percent: 5}")
    try desk.changeAddresses { $0 == 1 ? "is_active: false\n" : "" }
    let mistake = try git("rev-parse", "HEAD", in: desk.repository.path)
    try desk.publish()
    try git("reset", "--quiet", "--hard", "HEAD~1", in: desk.repository.path)
    #expect(try desk.publish().status == 0)
    try git("reset", "--quiet", "--hard", mistake, in: desk.repository.path)
    try desk.publish()
    try git("reset", "--quiet", "--hard", "HEAD~1", in: desk.repository.path)
    #expect(try desk.publish().status == 0)
    #expect(
      try desk.told().filter { $0.hasSuffix("activated 1") } == [
        "person.deactivated 1", "person.activated 1", "person.deactivated 1", "person.activated 1",
      ])
  }

  @Test func `says what is wrong with an approval, and counts anew`() throws {
    let desk = try Guarded("email_changes: {count: 5, percent: 5}")
    try desk.changeAddresses()
    try desk.publish()
    try desk.approve("email_changes", limit: 7)
    #expect(try desk.publish().output.contains("it allows 7"))
    #expect(try desk.repository.staffrepo("status").output.contains("it allows 7"))
  }

  @Test func `may be taken back by a push, past a hook that would find that as large a change`() throws {
    let desk = try Guarded("email_changes: {count: 5, percent: 5}")
    let server = try Scratch()
    try git("clone", "--quiet", "--mirror", desk.repository.path, server.path + "/records.git", in: server.path)
    let records = server.path + "/records.git"
    try git("config", "staffrepo.allowNetworks", "127.0.0.0/8", in: records)
    try git("remote", "add", "server", records, in: desk.repository.path)
    let secret = ["STAFFREPO_SECRET_DESK": "x", "STAFFREPO_NOW": "2099-03-01T12:00:00Z"]
    #expect(try run(staffrepoProgram, ["hook", "install", "--timer", "none"], in: records).status == 0)
    try desk.changeAddresses()
    // Past the hook, as a merge on a forge would be.
    try git("fetch", "--quiet", desk.repository.path, "+main:main", in: records)
    #expect(try run(staffrepoProgram, ["publish"], in: records, environment: secret).output.contains("HELD"))
    try git("revert", "--no-edit", "HEAD", in: desk.repository.path)
    let push = try run("git", ["push", "--quiet", "server", "main"], in: desk.repository.path, environment: secret)
    #expect(push.status == 0, "\(push.errors)")
    #expect(try run(staffrepoProgram, ["status"], in: records).output.contains("HELD") == false)
  }

  @Test func `gives back what was taken by a held mistake`() throws {
    let desk = try Guarded("email_changes: {count: 5, percent: 5}")
    try desk.changeAddresses { $0 == 1 ? "is_active: false\n" : "" }
    try desk.publish()
    try desk.changeAddresses()
    #expect(try desk.publish().status == 1)
    #expect(try desk.told() == ["person.deactivated 1", "person.activated 1"])
    try desk.approve("email_changes", limit: 10)
    #expect(try desk.publish().status == 0)
    #expect(
      try desk.told().filter { $0.hasSuffix(" 1") } == [
        "person.deactivated 1", "person.activated 1", "person.updated 1",
      ])
  }
}
