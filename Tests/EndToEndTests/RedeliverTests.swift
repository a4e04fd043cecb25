import FileStore
import Foundation
import TestSupport
import Testing

@Suite struct `Sending again` {
  /// Three states of one person, delivered.
  private func told() throws -> (Receiver, DataRepository) {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    try repository.staffrepo("publish")
    for name in ["A", "B", "C"] {
      try repository.person(1, "preferred_name: \(name)\n")
      try repository.commit()
      try repository.staffrepo("publish")
    }
    return (receiver, repository)
  }

  @Test func `puts no old state over a newer one, unless forced`() throws {
    let (receiver, repository) = try told()
    let ids = try receiver.requests().map(\.id)
    let refused = try repository.staffrepo("redeliver", ids[0])
    #expect(refused.status == 1)
    #expect(refused.output.contains("--force"))
    #expect(try repository.staffrepo("redeliver", ids[2]).status == 0)
    try repository.staffrepo("publish")
    #expect(try receiver.requests().map(\.id) == ids + [ids[2]])
    #expect(try repository.staffrepo("redeliver", ids[0], "--force").status == 0)
    try repository.staffrepo("publish")
    #expect(try receiver.requests().map(\.id).last == ids[0])
  }

  @Test func `since a time or commit brings the newest of each record, or everything in order`() throws {
    let (receiver, repository) = try told()
    let ids = try receiver.requests().map(\.id)
    let newest = try repository.staffrepo("redeliver", "--to", "webhook/desk", "--since", "HEAD~2")
    #expect(newest.output.contains("Left out: 1 delivery"))
    try repository.staffrepo("publish")
    #expect(try receiver.requests().map(\.id) == ids + [ids[2]])
    try repository.staffrepo("redeliver", "--to", "webhook/desk", "--since", "1970-01-01", "--force")
    try repository.staffrepo("publish")
    #expect(try receiver.requests().map(\.id) == ids + [ids[2]] + ids)
  }

  @Test func `gives a new endpoint what was before its time, under the same ids`() throws {
    let (receiver, repository) = try told()
    let ids = try receiver.requests().map(\.id)
    let late = try Receiver()
    try repository.write(
      "data/webhooks/late.yaml",
      "url: http://127.0.0.1:\(late.port)/late\nsecrets: [env:STAFFREPO_SECRET_DESK]\nunits: [team-a]\n")
    try repository.commit()
    try repository.staffrepo("publish")
    #expect(try late.requests().isEmpty)
    let result = try repository.staffrepo("redeliver", "--to", "webhook/late", "--since", "1")
    #expect(result.output.contains("3 of them for the first time"), "\(result.output)\(result.errors)")
    try repository.staffrepo("publish")
    #expect(try late.requests().map(\.id) == ids)
    #expect(try receiver.requests().map(\.id) == ids, "nobody else hears it again")
    let verified = try repository.staffrepo("audit", "verify")
    #expect(verified.status == 0 && verified.output.contains("3 more were made by redeliver"), "\(verified.output)")
  }

  @Test func `finds bodies again that are no longer kept`() throws {
    let (receiver, repository) = try told()
    let ids = try receiver.requests().map(\.id)
    let later = "\(Calendar.current.component(.year, from: Date()) + 1)-01-01T12:00:00Z"
    try repository.staffrepo("publish", environment: ["STAFFREPO_NOW": later])
    let verified = try repository.staffrepo("audit", "verify")
    #expect(verified.output.contains("3 without their bodies"), "\(verified.output)")
    #expect(try repository.staffrepo("redeliver", ids[2]).status == 0)
    try repository.staffrepo("publish")
    let again = try #require(try receiver.requests().last)
    #expect(again.id == ids[2] && again.isVerified && again.person == 1)
  }

  @Test func `says for each system what it knows of a person`() throws {
    let (_, repository) = try told()
    let knowledge = try #require(try repository.json("deliveries", "--person", "emp1") as? [String: Any])
    #expect(knowledge["id"] as? Int == 1)
    let desk = try #require(
      (knowledge["targets"] as? [[String: Any]])?.first { $0["target"] as? String == "webhook/desk" })
    #expect(desk["event"] as? String == "person.updated")
    #expect(desk["commit"] as? String == (try git("rev-parse", "HEAD", in: repository.path)))
    #expect(try repository.staffrepo("deliveries", "--person", "nobody").status == 1)
  }
}

@Suite struct `audit verify` {
  @Test func `says exactly what differs`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    try repository.staffrepo("publish")
    try repository.person(1, "preferred_name: A\n")
    try repository.person(2, "is_active: false\n")
    try repository.commit()
    try repository.staffrepo("publish")
    #expect(try repository.staffrepo("audit", "verify").output.contains("Everything is as the ledger has it"))
    func change(_ sql: String) throws -> String {
      let ledger = repository.path + "/.git/staffrepo/ledger.sqlite"
      let script = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
      let result = try run("python3", ["-c", script, ledger, sql])
      #expect(result.status == 0, "\(result.errors)")
      let verified = try repository.staffrepo("audit", "verify")
      #expect(verified.status == 1)
      return verified.output
    }
    #expect(
      try change("UPDATE delivery SET body = CAST(replace(body, '\"A\"', '\"X\"') AS BLOB) WHERE record_id = 1")
        .contains("person.updated person:1 to webhook/desk has another body"))
    #expect(
      try change("DELETE FROM event WHERE name = 'person.deactivated'").contains(
        "person.deactivated person:2 is missing from the ledger"))
    #expect(
      try change("DELETE FROM delivery WHERE record_id = 2").contains("missing from what is sent to webhook/desk"))
    #expect(try change("UPDATE publication SET settled = '2001-01-01' WHERE position = 2").contains("2001-01-01"))
    let json = try #require(try repository.json("audit", "verify") as? [String: Any])
    #expect((json["differences"] as? [Any])?.count == 4)
  }
}

@Suite struct `The timer` {
  /// A crontab that keeps its lines in a file.
  private func crontab(_ scratch: Scratch) throws -> [String: String] {
    let script = """
      #!/bin/sh
      for last; do :; done
      if [ "$last" = "-l" ]; then cat "\(scratch.path)/table" 2>/dev/null; else cat > "\(scratch.path)/table.new" && mv "\(scratch.path)/table.new" "\(scratch.path)/table"; fi

      """
    try FileStore.write(script.utf8, to: scratch.path + "/crontab", mode: 0o755)
    return ["PATH": scratch.path + ":/usr/bin:/bin"]
  }

  @Test func `is one line of the crontab, however often it is set up`() throws {
    let scratch = try Scratch()
    let environment = try crontab(scratch)
    try FileStore.write("0 1 * * * backup\n".utf8, to: scratch.path + "/table", mode: 0o600)
    let server = scratch.path + "/records.git"
    try git("init", "--quiet", "--bare", "--initial-branch=main", server, in: scratch.path)
    for _ in 0..<2 {
      let result = try run(
        staffrepoProgram, ["hook", "install", "--timer", "cron"], in: server, environment: environment)
      #expect(result.status == 0, "\(result.errors)")
    }
    let lines = try String(contentsOfFile: scratch.path + "/table", encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0] == "0 1 * * * backup")
    #expect(lines[1].contains("publish --scheduled # staffrepo \(server)/"))
    let command = lines[1].split(separator: " ", maxSplits: 5)[5].split(separator: "#")[0]
    // It runs as it stands; nothing is committed there yet, and it says so.
    let run = try run("sh", ["-c", String(command)])
    #expect(run.errors.contains("has no commits yet"))
  }

  @Test func `is not set up for a repository that will be gone, and says what that means`() throws {
    let scratch = try Scratch()
    let server = scratch.path + "/records.git"
    try git("init", "--quiet", "--bare", "--initial-branch=main", server, in: scratch.path)
    let result = try run(staffrepoProgram, ["hook", "install"], in: server, environment: try crontab(scratch))
    #expect(result.status == 0)
    #expect(result.errors.contains("temporary folder"))
    #expect(result.errors.contains("keeps their access"))
    #expect(!FileStore.exists(scratch.path + "/table"))
  }
}
