import Access
import Dispatch
import Foundation
import GitStore
import Proposals
import RecordSchema
import Recruitment
import Synchronization
import TestSupport
import Testing

/// A server that takes pushes and imports at the same time.
private struct Reception: Sendable {
  let scratch = try! Scratch()
  let seed: String
  var bare: String { scratch.path + "/records.git" }

  init(_ settings: String = "") throws {
    let repository = try DataRepository()
    try repository.write(
      "staffrepo.yaml",
      "organisation: {id: 1, email_domains: [example.org]}\nguards: {creations: {count: 1000}}\n" + settings)
    try repository.commit()
    seed = try git("rev-parse", "HEAD", in: repository.path)
    try git("clone", "--quiet", "--bare", repository.path, bare, in: scratch.path)
    let installed = try run(staffrepoProgram, ["-C", bare, "hook", "install"])
    guard installed.status == 0 else { throw ProgramFailure(description: installed.errors) }
    // Publishing is not what is tried here.
    try FileManager.default.removeItem(atPath: bare + "/hooks/post-receive")
  }

  /// As one server process has it.
  func desk() -> ImportDesk {
    let path = bare
    return ImportDesk(
      ImportHost(
        open: { try Repository(containing: path) }, branch: { _ in "main" }, folder: path + "/staffrepo",
        cacheFolder: path + "/staffrepo/cache", judge: ChangeJudge(cacheFolder: path + "/staffrepo/cache"),
        secret: { _ in "" }))
  }

  static func body(_ number: Int) -> String {
    "{\"source_system\":\"ats\",\"source_reference\":\"A-\(number)\",\"new_hire\":{\"first_name\":\"Noor\",\"last_name\":\"Nr \(number)\",\"job_title\":\"Nurse\",\"employment_start_date\":\"2026-06-01\",\"organisational_unit\":\"Team A\"}}"
  }

  func commandLine(_ number: Int, direct: Bool) throws -> Int? {
    let result = try run(
      staffrepoProgram, ["-C", bare, "import", "recruitment", "-", "--format", "json"] + (direct ? ["--direct"] : []),
      input: Data(Self.body(number).utf8))
    let answer = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    return result.status == 0 ? answer?["person_id"] as? Int : nil
  }
}

@Suite struct `Imports beside pushes` {
  @Test func `lose nothing and give no id twice`() throws {
    let reception = try Reception()
    let desks = [reception.desk(), reception.desk()]
    let given = Mutex<[Int: Set<Int>]>([:])
    let pushed = Mutex<[String]>([])
    // 200 hires, every one handed over twice: some by two servers, some by the command line; odd ones onto the branch, even
    // ones for review. Two people push meanwhile, as people do: again after a pull when somebody was quicker.
    DispatchQueue.concurrentPerform(iterations: 10) { worker in
      if worker >= 8 {
        pushed.withLock { $0 += (try? push(worker, to: reception)) ?? [] }
        return
      }
      for round in 0..<50 {
        let number = (worker * 25 + round) % 200
        let direct = number % 2 == 1
        if number % 25 == 7 {
          if let id = try? reception.commandLine(number, direct: direct) {
            given.withLock { _ = $0[number, default: []].insert(id) }
          }
          continue
        }
        var request = ImportRequest(
          body: Array(Reception.body(number).utf8),
          grant: Grant(key: "ats", system: "ats", scopes: [.recruitmentWrite], units: nil, expiry: nil),
          now: Instant("2026-05-04T09:00:00Z")!)
        request.landing = direct ? .direct : .review
        let answer = desks[worker % 2].handle(request)
        if case .int(let id)? = answer.body["person_id"] {
          given.withLock { _ = $0[number, default: []].insert(id) }
        } else {
          Issue.record("\(number): \(answer.body.text)")
        }
      }
    }
    let ids = given.withLock { $0 }
    #expect(ids.count == 200)
    #expect(ids.values.allSatisfy { $0.count == 1 }, "a repeat has the id of the first time")
    let people = try records(at: ["main"], in: reception)
    #expect(people.count { $0.hasPrefix("A-") } == 100)
    let review = try git("for-each-ref", "--format=%(refname:short)", "refs/heads/recruitment", in: reception.bare)
      .split(separator: "\n").map(String.init)
    #expect(review.count == 100)
    #expect(Set(ids.values.joined()).count == 200)
    #expect(Set(people).count == people.count, "nobody is there twice")
    let all = pushed.withLock { $0 }
    #expect(all.count == 12)
    let log = try git("log", "--format=%s", "main", in: reception.bare)
    for message in all { #expect(log.contains(message)) }
    #expect(try run(staffrepoProgram, ["-C", reception.bare, "validate", "main"]).status == 0)
  }

  /// What a person does who changes a record six times.
  private func push(_ worker: Int, to reception: Reception) throws -> [String] {
    let clone = reception.scratch.path + "/clone-\(worker)"
    try git("clone", "--quiet", reception.bare, clone, in: reception.scratch.path)
    var messages: [String] = []
    for round in 0..<6 {
      let message = "push \(worker)-\(round)"
      let path = clone + "/data/people/EMP\(worker - 7).yaml"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let title = text.split(separator: "\n").first { $0.hasPrefix("job_title") }!
      try text.replacing(title, with: "job_title: Nurse \(worker)-\(round)").write(
        toFile: path, atomically: true, encoding: .utf8)
      try git("commit", "--quiet", "-am", message, in: clone)
      while try run("git", ["push", "--quiet", "origin", "main"], in: clone).status != 0 {
        try git("pull", "--quiet", "--rebase", "origin", "main", in: clone)
      }
      messages.append(message)
    }
    return messages
  }

  /// The source references of everybody at some commits.
  private func records(at revisions: [String], in reception: Reception) throws -> [String] {
    try revisions.flatMap { revision in
      try git("grep", "-h", "reference: A-", revision, "--", "data/people", in: reception.bare).split(separator: "\n")
        .map {
          String($0.split(separator: " ").last ?? "")
        }
    }
  }

  @Test func `tell the source with the event of the new person`() throws {
    let reception = try Reception()
    #expect(try reception.commandLine(1, direct: true) == 3)
    let events = try run(staffrepoProgram, ["-C", reception.bare, "events", "\(reception.seed)..main"]).output
    let created = try #require(events.split(separator: "\n").first { $0.contains("person.created") })
    #expect(created.contains("\"source\":{\"system\":\"ats\",\"reference\":\"A-1\",\"imported_at\":"))
  }
}

@Suite struct `The import commands` {
  @Test func `say what they would do and end as scripts expect`() throws {
    let repository = try DataRepository()
    try repository.write("hire.json", Reception.body(1).replacing("\"first_name\":\"Noor\",", with: ""))
    let refused = try repository.staffrepo("import", "recruitment", "hire.json")
    #expect(refused.status == 1)
    #expect(refused.output.contains("error S001: /new_hire/first_name: A hire needs first_name."))
    try repository.write(
      "people.csv",
      "id,employee_reference,first_name,last_name,email,job_title,start_date,shoes\n9,EMP9,Ada,Kelly,ada@example.org,Cook,2026-01-05,38\n8,EMP1,Grace,Hill,p1@example.org,Matron,2020-01-01,40\n"
    )
    let rehearsal = try repository.staffrepo(
      "import", "people", "people.csv", "--source", "hr", "--update", "--dry-run")
    #expect(rehearsal.status == 0)
    #expect(rehearsal.output.contains("line 2: created (EMP9, id 3)"))
    #expect(
      rehearsal.output.contains(
        "line 3: updated (EMP1, id 1)\n  external_ids.hr: nothing -> 8\n  job_title: Nurse -> Matron\n"))
    #expect(rehearsal.output.contains("Not taken: shoes."))
    #expect(try git("branch", "--list", in: repository.path) == "* main")
    let written = try repository.staffrepo("import", "people", "people.csv", "--update", "--worktree")
    #expect(written.status == 0, "\(written.errors)")
    #expect(
      try git("status", "--porcelain", "data", in: repository.path)
        == "M data/people/EMP1.yaml\n?? data/people/EMP9.yaml")
    let again = try repository.staffrepo("import", "people", "people.csv", "--update", "--worktree")
    #expect(again.status == 1 && again.errors.contains("not committed"))
    #expect(try repository.staffrepo("import", "people", "people.csv", "--column", "shoe=shoes").status == 64)
  }
}
