import GitStore
import Proposals
import RecordSchema
import Records
import Recruitment
import TestSupport
import Testing
import YAMLReader

@Suite struct `A proposal` {
  private func proposal(_ files: [ProposedFile]) -> Proposal {
    Proposal(files: files, author: .init(name: "HR", email: "hr@example.org"), message: "A change")
  }

  private func file(_ number: Int, _ more: String = "") -> ProposedFile {
    ProposedFile(
      path: "data/people/EMP00\(number).yaml",
      bytes: Array(HiringHouse.person(number, "N\(number)", "X", more: more).utf8))
  }

  @Test func `that loses against a push is made and judged again on top of it`() throws {
    let house = try HiringHouse()
    let repository = try house.host.open()
    let desk = ProposalDesk(repository, branch: "main", judge: house.host.judge, now: HiringHouse.now)
    var bases: [OID?] = []
    let outcome = try desk.submit(to: .direct(orReview: "review/x")) { base in
      bases.append(base.commit)
      if bases.count == 1 { try push(file(5), house) }
      return proposal([file(4)])
    }
    guard case .landed(let landed) = outcome else {
      Issue.record("It did not land")
      return
    }
    #expect(landed.isDirect && bases.count == 2 && bases[0] != bases[1])
    #expect(try house.git("log", "--format=%s", "main").split(separator: "\n").prefix(2) == ["A change", "pushed"])
    #expect(
      try house.git("ls-tree", "--name-only", "main:data/people")
        == "EMP001.yaml\nEMP002.yaml\nEMP004.yaml\nEMP005.yaml\n")
  }

  private func push(_ file: ProposedFile, _ house: HiringHouse) throws {
    let repository = try house.host.open()
    let desk = ProposalDesk(repository, branch: "main", judge: house.host.judge, now: HiringHouse.now)
    var pushed = proposal([file])
    pushed.message = "pushed"
    _ = try desk.submit(to: .direct(orReview: "review/y")) { _ in pushed }
  }

  @Test func `is refused by what it brings, not by what was wrong before`() throws {
    var files = HiringHouse.files
    files["data/people/EMP002.yaml"] = HiringHouse.person(2, "Omar", "Farouk", more: "line_manager: EMP404\n")
    let house = try HiringHouse(files: files)
    let desk = ProposalDesk(try house.host.open(), branch: "main", judge: house.host.judge, now: HiringHouse.now)
    let wrong = try desk.submit(to: .direct(orReview: "review/x")) { _ in proposal([file(4, "line_manager: EMP405\n")])
    }
    guard case .refused(let faults, _) = wrong else {
      Issue.record("It was not refused")
      return
    }
    #expect(faults.map(\.file) == ["data/people/EMP004.yaml"])
    guard case .landed = try desk.submit(to: .direct(orReview: "review/x"), { _ in proposal([file(4)]) }) else {
      Issue.record("It did not land")
      return
    }
  }

  private func rehearse(_ house: HiringHouse) throws {
    let rehearsal = ProposalDesk(
      try house.host.open(), branch: "main", judge: house.host.judge, now: HiringHouse.now, isRehearsal: true)
    for place in [ProposalDesk.Place.review("review/x"), .direct(orReview: "review/x")] {
      guard case .landed = try rehearsal.submit(to: place, { _ in proposal([file(4)]) }) else {
        Issue.record("It would not land")
        return
      }
    }
  }

  @Test func `of many files, or of files that go, is one commit, and a rehearsal leaves nothing`() throws {
    let house = try HiringHouse()
    let repository = try house.host.open()
    let many = (3..<60).map {
      ProposedFile(path: "notes/\($0 % 7)/n\($0).txt", bytes: Array("\($0)".utf8))
    }
    func objects() throws -> String { try house.git("cat-file", "--batch-all-objects", "--batch-check") }
    let before = try objects()
    try rehearse(house)
    #expect(try objects() == before)
    #expect(try house.branches() == ["main"])
    let desk = ProposalDesk(repository, branch: "main", judge: house.host.judge, now: HiringHouse.now)
    _ = try desk.submit(to: .review("review/x")) { _ in
      proposal(many + [ProposedFile(path: "data/people/EMP002.yaml", bytes: nil)])
    }
    #expect(try house.git("diff", "--name-status", "main", "review/x").split(separator: "\n").count == 58)
    #expect(try house.git("ls-tree", "--name-only", "review/x:data/people") == "EMP001.yaml\n")
    #expect(try house.git("fsck", "--strict", "--no-dangling").isEmpty)
  }
}

@Suite struct `Settings of recruitment` {
  @Test(
    arguments: [
      ("landing: sometimes", "invalid-setting"), ("employee_reference: EMP{number}", "invalid-setting"),
      ("employee_reference: EMP", "invalid-setting"), ("email: \"{first_name}\"", "invalid-setting"),
      ("email: \"{first_name}.{last_name}@example.org\"", nil), ("landings: direct", "unknown-setting"),
      ("sources: {greenhouse: {format: greenhouse}}", "missing-setting"),
      ("sources: {greenhouse: {format: greenhouse, secret: abc}}", "literal-secret"),
      ("sources: {ats: {fields: {shoe_size: x}}}", "unknown-setting"),
      ("sources: {g: {format: greenhouse, secret: file:g, fields: {email: x}}}", "invalid-setting"),
      ("sources: {a b: {landing: direct}}", "invalid-setting"), ("sources: {ats: {format: lever}}", "invalid-setting"),
      ("sources: {ats: {landing: direct, systems: hub, fields: {job_title: Role}}}", nil),
    ] as [(String, String?)])
  func `are found wrong on their line`(_ line: String, _ fault: String?) {
    let text = "organisation: {id: 1}\nrecruitment:\n  \(line)\n"
    let findings = ConfigurationDecoder.read(YAMLReader.read(Array(text.utf8))).findings
    #expect(Set(findings.map(\.rule.name)).contains(fault ?? "") == (fault != nil))
    #expect(fault != nil || findings.isEmpty)
    #expect(findings.allSatisfy { $0.range.start.line == 3 && !$0.message.contains("abc") })
  }
}
