import FileStore
import Foundation
import TestSupport
import Testing

@Suite struct `Publishing` {
  @Test func `begins with a baseline, then tells what landed, once`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    #expect(try repository.staffrepo("publish").status == 0)
    #expect(try receiver.requests().isEmpty, "nothing is sent for what was there before")
    try repository.person(1, "is_active: false\n")
    try repository.person(3)
    try repository.commit()
    #expect(try repository.staffrepo("publish").status == 0)
    let told = try receiver.requests()
    let unverified = told.filter { !$0.isVerified }
    #expect(unverified.isEmpty)
    #expect(
      Set(told.map { "\($0.event) \($0.person)" }) == [
        "person.deactivated 1", "person.created 3", "person.unit.assigned 3",
      ])
    #expect(try repository.staffrepo("publish").status == 0)
    #expect(try receiver.requests().count == 3, "publishing again sends nothing")
  }

  @Test func `sends the same ids that events prints`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    try repository.staffrepo("publish")
    try repository.person(1, "is_active: false\n")
    try repository.person(2, "salary_grade: G1\n")
    try repository.commit()
    try repository.staffrepo("publish")
    let lines = try repository.staffrepo("events", "HEAD~1..HEAD").output.split(separator: "\n")
    let ids = try lines.compactMap { line in
      (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["id"] as? String
    }
    let sent = try receiver.requests().map(\.id)
    #expect(!sent.isEmpty)
    #expect(Set(sent).isSubset(of: Set(ids)))
    #expect(ids.count == sent.count + 1, "an update of a sensitive field alone is not sent")
  }

  @Test func `keeps what a failing consumer did not take, and sends it with the next run`() throws {
    let failing = try Receiver(port: 0, "--fail", "503")
    let repository = try DataRepository(webhook: failing.port)
    try repository.staffrepo("publish")
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    let failed = try repository.staffrepo("publish")
    #expect(failed.status == 1)
    #expect(failed.errors.contains("503"))
    let status = try #require(try repository.json("status") as? [String: Any])
    let target = try #require(
      (status["targets"] as? [[String: Any]])?.first { $0["target"] as? String == "webhook/desk" })
    #expect(target["status"] as? String == "failed")
    let port = failing.port
    failing.stop()
    let working = try Receiver(port: port)
    #expect(try repository.staffrepo("publish").status == 0)
    #expect(try working.requests().map(\.event) == ["person.deactivated"])
    let deliveries = try #require(try repository.json("deliveries") as? [[String: Any]])
    #expect(deliveries.map { $0["state"] as? String } == ["delivered"])
    #expect((deliveries.first?["attempts"] as? [[String: Any]])?.count == 2)
  }

  @Test func `tries again within the deadline`() throws {
    let failing = try Receiver(port: 0, "--fail", "503", "--count", "1")
    let repository = try DataRepository(webhook: failing.port)
    try repository.staffrepo("publish")
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    let result = try repository.staffrepo("publish", "--deadline", "7")
    #expect(result.status == 1)
    let deliveries = try #require(try repository.json("deliveries") as? [[String: Any]])
    #expect((deliveries.first?["attempts"] as? [[String: Any]])?.count == 2, "at once, and after five seconds")
  }

  @Test func `never sends unsigned what should be signed`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    try repository.staffrepo("publish")
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    let result = try repository.staffrepo("publish", environment: ["STAFFREPO_SECRET_DESK": ""])
    #expect(result.status == 1)
    #expect(result.errors.contains("env:STAFFREPO_SECRET_DESK"))
    #expect(try receiver.requests().isEmpty)
  }

  @Test func `never connects to an address that the host does not allow`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    try git("config", "--unset", "staffrepo.allowNetworks", in: repository.path)
    try repository.staffrepo("publish")
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    let result = try repository.staffrepo("publish")
    #expect(result.status == 1)
    #expect(result.errors.contains("staffrepo.allowNetworks"))
    #expect(try receiver.requests().isEmpty)
  }

  @Test func `stops calling an endpoint that is gone, until its address changes`() throws {
    let gone = try Receiver(port: 0, "--fail", "410")
    let repository = try DataRepository(webhook: gone.port)
    try repository.staffrepo("publish")
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    #expect(try repository.staffrepo("publish").status == 1)
    #expect(try repository.staffrepo("publish").status == 1)
    #expect(try gone.requests().count == 1)
    let status = try repository.staffrepo("status").output
    #expect(status.contains("disabled"))
    let moved = try Receiver()
    try repository.write(
      "data/webhooks/desk.yaml", "url: http://127.0.0.1:\(moved.port)/desk\nsecrets: [env:STAFFREPO_SECRET_DESK]\n")
    try repository.commit()
    #expect(try repository.staffrepo("publish").status == 0)
    #expect(try moved.requests().map(\.event) == ["person.deactivated"])
  }

  @Test func `tells what a date brings, without any commit`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    try repository.person(1, "employment_end_date: 2099-03-31\n")
    try repository.commit()
    func publish(_ now: String) throws { try repository.staffrepo("publish", environment: ["STAFFREPO_NOW": now]) }
    try publish("2099-03-30T12:00:00Z")
    try publish("2099-03-31T22:59:59Z")
    #expect(try receiver.requests().isEmpty, "the last day worked is not over in London")
    try publish("2099-03-31T23:00:00Z")
    let deliveries = try #require(try repository.json("deliveries") as? [[String: Any]])
    #expect(deliveries.map { $0["event"] as? String } == ["person.deactivated"])
    let hr = try String(
      contentsOfFile: repository.path + "/.git/staffrepo/exports/hr/current/employees.csv", encoding: .utf8)
    #expect(hr.contains("EMP1,Grace,Hill,p1@example.org,Nurse,2020-01-01,2099-03-31,,,left"))
  }

  @Test func `judges days in the last readable time zone, and refuses where there never was one`() throws {
    let repository = try DataRepository()
    try repository.staffrepo("publish", environment: ["STAFFREPO_NOW": "2099-06-30T12:00:00Z"])
    try repository.write("staffrepo.yaml", "organisation: [")
    try repository.commit()
    try repository.staffrepo("publish", environment: ["STAFFREPO_NOW": "2099-06-30T23:30:00Z"])
    let journal = try git("show", "refs/staffrepo/journal:entry.json", in: repository.path)
    #expect(journal.contains("\"settled\": \"2099-07-01\""), "half past midnight in London")
    let fresh = try Scratch()
    try git("init", "--quiet", "--initial-branch=main", in: fresh.path)
    try git("commit", "--quiet", "--allow-empty", "--message", "x", in: fresh.path)
    #expect(try run(staffrepoProgram, ["publish"], in: fresh.path).status == 1)
  }

  @Test func `comes back after a lost ledger with the same ids`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    try repository.staffrepo("publish")
    for grade in 1...3 {
      try repository.person(1, "job_title: \(grade)\n".replacing("job_title", with: "preferred_name"))
      try repository.commit()
      try repository.staffrepo("publish")
    }
    let before = try receiver.requests().map(\.id)
    for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
      try FileStore.remove(repository.path + "/.git/staffrepo/" + name)
    }
    #expect(try repository.staffrepo("publish").status == 0)
    let again = try receiver.requests().map(\.id).dropFirst(before.count)
    #expect(Set(again).isSubset(of: Set(before)), "what was not known to be acknowledged comes again, under its id")
    let deliveries = try #require(try repository.json("deliveries") as? [[String: Any]])
    #expect(Set(deliveries.compactMap { $0["id"] as? String }) == Set(before))
  }

  @Test func `loses and changes nothing when killed at any moment`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    try repository.staffrepo("publish")
    let base = try git("rev-parse", "HEAD", in: repository.path)
    var random = SeededRandom(1)
    for round in 1...12 {
      try repository.person(round % 3 + 1, "preferred_name: Name \(round)\n")
      try repository.commit()
      let milliseconds = Int.random(in: 1...60, using: &random)
      try repository.killed(afterMilliseconds: milliseconds, "publish")
      if random.oneIn(2) { try repository.staffrepo("publish") }
    }
    #expect(try repository.staffrepo("publish").status == 0)
    let lines = try repository.staffrepo("events", "\(base)..HEAD").output.split(separator: "\n")
    let expected = try lines.compactMap { line in
      (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["id"] as? String
    }
    #expect(expected.count >= 12)
    #expect(try Set(receiver.requests().map(\.id)) == Set(expected))
    let deliveries = try #require(try repository.json("deliveries") as? [[String: Any]])
    #expect(deliveries.compactMap { $0["id"] as? String }.sorted() == expected.sorted(), "each once")
    #expect(try repository.staffrepo("doctor").output.contains("is sound"))
  }

  @Test func `writes and sends nothing in a dry run`() throws {
    let repository = try DataRepository(webhook: 1)
    try repository.staffrepo("publish")
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    let journal = try git("rev-parse", "refs/staffrepo/journal", in: repository.path)
    let plan = try #require(try repository.json("publish", "--dry-run") as? [String: Any])
    #expect(plan["events"] as? [String: Int] == ["person.deactivated": 1])
    #expect(try git("rev-parse", "refs/staffrepo/journal", in: repository.path) == journal)
    #expect(try repository.staffrepo("deliveries").output.contains("person.deactivated") == false)
  }

  @Test func `goes on after a kill that left a lock, and past a commit of an absurd time`() throws {
    let repository = try DataRepository()
    try repository.staffrepo("publish")
    let tree = try git("rev-parse", "HEAD^{tree}", in: repository.path)
    let parent = try git("rev-parse", "HEAD", in: repository.path)
    let text =
      "tree \(tree)\nparent \(parent)\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 999999999999999 +0000\n\nx\n"
    let commit = try git(
      "hash-object", "-t", "commit", "-w", "--stdin", "--literally", in: repository.path, input: Data(text.utf8))
    try git("update-ref", "refs/heads/main", commit, in: repository.path)
    try FileStore.write([], to: repository.path + "/.git/refs/staffrepo/journal.lock")
    #expect(try repository.staffrepo("publish").status == 0)
    #expect(try git("rev-parse", "refs/staffrepo/journal^2", in: repository.path) == commit)
  }

  @Test func `gives the sent ids also after a rewrite`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    try repository.staffrepo("publish")
    try git("commit", "--quiet", "--amend", "--message", "again", in: repository.path)
    try repository.staffrepo("publish")
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    try repository.staffrepo("publish")
    let sent = try receiver.requests().map(\.id)
    #expect(sent.count == 1)
    #expect(try repository.staffrepo("events", "HEAD~1..HEAD").output.contains(sent[0]))
  }

  @Test func `goes one target at a time when asked`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    try repository.staffrepo("publish")
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    #expect(try repository.staffrepo("publish", "--to", "export/hr").status == 0)
    #expect(try receiver.requests().isEmpty, "the webhook still waits")
    #expect(try repository.staffrepo("publish", "--to", "webhook/desk").status == 0)
    #expect(try receiver.requests().count == 1)
    #expect(try repository.staffrepo("publish", "--to", "webhook/nobody").status == 1)
    #expect(try repository.staffrepo("publish", "--to", "nonsense").status == 64)
  }

  @Test func `sends the whole past to a subscription with backfill`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository()
    try repository.staffrepo("publish")
    try repository.write(
      "data/webhooks/late.yaml",
      "url: http://127.0.0.1:\(receiver.port)/late\nbackfill: true\nsecrets: [env:STAFFREPO_SECRET_DESK]\n")
    try repository.commit()
    try repository.staffrepo("publish")
    let told = try receiver.requests().map { "\($0.event) \($0.person)" }
    #expect(told.first == "unit.created 1")
    #expect(
      Set(told) == [
        "unit.created 1", "person.created 1", "person.unit.assigned 1", "person.created 2", "person.unit.assigned 2",
      ])
  }

  @Test func `publishes from a commit when told so, the first time only`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    #expect(try repository.staffrepo("publish", "--from", "HEAD~1").status == 0)
    #expect(try receiver.requests().map(\.event) == ["person.deactivated"])
    #expect(try repository.staffrepo("publish", "--from", "HEAD~1").status == 1)
  }
}

@Suite struct `Hooks` {
  /// A bare repository that checks and publishes, and a clone to push from.
  private struct Pushing {
    let server: Scratch
    let desk: DataRepository

    init(webhook port: Int? = nil) throws {
      desk = try DataRepository(webhook: port)
      server = try Scratch()
      try git("init", "--quiet", "--bare", "--initial-branch=main", in: server.path)
      try git("config", "staffrepo.allowNetworks", "127.0.0.0/8", in: server.path)
      let installed = try run(staffrepoProgram, ["hook", "install"], in: server.path)
      guard installed.status == 0 else { throw ProgramFailure(description: installed.errors) }
      try git("remote", "add", "origin", server.path, in: desk.path)
      _ = try push()
    }

    func push(_ arguments: String...) throws -> ProgramResult {
      let words = arguments.isEmpty ? ["main"] : arguments
      return try run(
        "git", ["push", "--quiet", "origin"] + words, in: desk.path,
        environment: ["STAFFREPO_SECRET_DESK": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    }

    var tip: String { get throws { try git("rev-parse", "main", in: server.path) } }
  }

  @Test func `refuse a wrong push with the place and the way out, and leave nothing behind`() throws {
    let pushing = try Pushing()
    let before = try pushing.tip
    let objects = try git("count-objects", in: pushing.server.path)
    try pushing.desk.person(2, "line_manager: EMP11\n")
    try pushing.desk.commit()
    let result = try pushing.push()
    #expect(result.status != 0)
    #expect(result.errors.contains("error[P012]"))
    #expect(result.errors.contains("data/people/EMP2.yaml:9:15"))
    #expect(result.errors.contains("Did you mean EMP1?"))
    #expect(try pushing.tip == before)
    #expect(try git("count-objects", in: pushing.server.path) == objects)
  }

  @Test func `publish a good push`() throws {
    let receiver = try Receiver()
    let pushing = try Pushing(webhook: receiver.port)
    try pushing.desk.person(2, "is_active: false\n")
    try pushing.desk.commit()
    let result = try pushing.push()
    #expect(result.status == 0)
    #expect(try receiver.requests().map(\.event) == ["person.deactivated"])
  }

  @Test func `refuse to delete or rewrite the branch, and to write the journal`() throws {
    let pushing = try Pushing()
    try pushing.desk.person(3)
    try pushing.desk.commit()
    _ = try pushing.push()
    let before = try pushing.tip
    #expect(try pushing.push(":main").errors.contains("cannot be deleted"))
    #expect(try pushing.push("--force", "main~1:main").errors.contains("git rebase"))
    #expect(try pushing.push("main:refs/staffrepo/mine").errors.contains("nobody pushes to it"))
    #expect(try pushing.tip == before)
    #expect(try pushing.push("main~1:refs/heads/other").status == 0, "other branches are free")
  }

  @Test func `refuse a pull that merged the wrong way round`() throws {
    let pushing = try Pushing()
    try git("checkout", "--quiet", "-b", "mine", in: pushing.desk.path)
    try pushing.desk.person(4)
    try pushing.desk.commit()
    try git("checkout", "--quiet", "main", in: pushing.desk.path)
    try pushing.desk.person(3)
    try pushing.desk.commit()
    _ = try pushing.push()
    try git("checkout", "--quiet", "mine", in: pushing.desk.path)
    try git("merge", "--quiet", "--no-edit", "main", in: pushing.desk.path)
    #expect(try pushing.push("mine:main").errors.contains("merged"))
    try git("checkout", "--quiet", "main", in: pushing.desk.path)
    try git("merge", "--quiet", "--no-ff", "--no-edit", "mine~1", in: pushing.desk.path)
    #expect(try pushing.push().status == 0, "merged into the branch, it is welcome")
  }

  @Test func `refuse a push that leads the publishing elsewhere, and follow a branch of any name`() throws {
    let pushing = try Pushing()
    let text = try String(contentsOfFile: pushing.desk.path + "/staffrepo.yaml", encoding: .utf8)
    try pushing.desk.write("staffrepo.yaml", text + "branch: other\n")
    try pushing.desk.commit()
    #expect(try pushing.push().errors.contains("branch 'other'"))
    let server = try Scratch()
    try git("init", "--quiet", "--bare", "--initial-branch=master", in: server.path)
    _ = try run(staffrepoProgram, ["hook", "install"], in: server.path)
    func push() throws -> ProgramResult { try run("git", ["push", server.path, "main:other"], in: pushing.desk.path) }
    #expect(try push().status == 0)
    #expect(try git("for-each-ref", "refs/staffrepo", in: server.path).contains("journal"))
    try pushing.desk.person(1, "line_manager: NOBODY\n")
    try pushing.desk.commit()
    #expect(try push().errors.contains("P012"))
  }

  @Test func `let a push through that mends one of two old faults`() throws {
    let pushing = try Pushing()
    try FileStore.rename(
      pushing.server.path + "/hooks/pre-receive", to: pushing.server.path + "/hooks/pre-receive.off")
    try pushing.desk.person(1, "line_manager: NOBODY1\n")
    try pushing.desk.person(2, "line_manager: NOBODY2\n")
    try pushing.desk.commit()
    _ = try pushing.push()
    try FileStore.rename(
      pushing.server.path + "/hooks/pre-receive.off", to: pushing.server.path + "/hooks/pre-receive")
    try pushing.desk.person(1)
    try pushing.desk.commit()
    let result = try pushing.push()
    #expect(result.status == 0)
    #expect(result.errors.contains("was there before"))
  }

  @Test func `never replace a hook that somebody else wrote`() throws {
    let pushing = try Pushing()
    try FileStore.write("#!/bin/sh\nexit 0\n".utf8, to: pushing.server.path + "/hooks/post-receive", mode: 0o777)
    #expect(try run(staffrepoProgram, ["hook", "install"], in: pushing.server.path).status == 1)
    #expect(try run(staffrepoProgram, ["hook", "install", "--force"], in: pushing.server.path).status == 0)
  }
}
