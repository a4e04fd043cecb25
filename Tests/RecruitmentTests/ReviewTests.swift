import Access
import Proposals
import RecordSchema
import Recruitment
import TestSupport
import Testing

@Suite struct `What waits in review` {
  @Test(arguments: [true, false])
  func `waits no more once it was merged, whatever was looked at in between`(_ isLookedAt: Bool) throws {
    let house = try HiringHouse()
    #expect(house.send(hire("A-1")).status == 202)
    if isLookedAt { #expect(house.send(hire("A-1")).state == "pending_review") }
    try house.merge("recruitment/ats/A-1")
    try house.remove("data/people/EMP003.yaml")
    let tip = try house.git("rev-parse", "recruitment/ats/A-1")
    for body in [hire("A-1"), hire("A-1", ["job_title": "Cook"])] {
      let answer = house.send(body)
      #expect(answer.status == 422 && answer.body.text.contains("accepted before, as id 3"))
    }
    #expect(try house.git("rev-parse", "recruitment/ats/A-1") == tip, "nothing is put on a branch that is merged")
  }

  @Test func `waits no more when it was put onto the branch by another commit`() throws {
    let house = try HiringHouse()
    #expect(house.send(hire("A-1")).status == 202)
    #expect(house.send(hire("A-1")).state == "pending_review")
    let clone = try house.clone()
    try house.git("cherry-pick", "--no-commit", "origin/recruitment/ats/A-1", in: clone)
    try house.git("commit", "--quiet", "-m", "Squashed", in: clone)
    try house.git("push", "--quiet", "origin", "main", in: clone)
    #expect(house.send(hire("A-1")).state == "accepted")
    try house.remove("data/people/EMP003.yaml")
    #expect(house.send(hire("A-1")).status == 422)
  }

  @Test func `is told by the branch that it is on now`() throws {
    let house = try HiringHouse()
    #expect(house.send(hire("A-1")).status == 202)
    #expect(house.send(hire("A-1")).state == "pending_review")
    try house.git("branch", "-m", "recruitment/ats/A-1", "recruitment/ats/noor")
    #expect(house.send(hire("A-1")).body["branch"] == "recruitment/ats/noor")
    #expect(house.send(hire("A-1", ["job_title": "Cook"])).body["changed"] == true)
    #expect(try house.branches() == ["main", "recruitment/ats/noor"])
  }

  @Test func `and cannot be edited by a program is refused by itself`() throws {
    let house = try HiringHouse()
    #expect(house.send(hire("A-1")).status == 202)
    let clone = try house.clone("recruitment/ats/A-1")
    let text =
      "{id: 3, employee_reference: EMP003, first_name: Noor, last_name: Haddad, email: noor.haddad@example.org, job_title: Nurse, employment_start_date: 2026-06-01, organisational_units: [team-a], source: {system: ats, reference: A-1}}\n"
    try house.write(text, to: "data/people/EMP003.yaml", in: clone)
    let good = hire("A-2", ["email": "good@example.org"])
    let answer = house.send("[\(hire("A-1", ["job_title": "Cook"])),\(good)]")
    #expect(answer.status == 202 && answer.body["pending_review"] == 1 && answer.body["refused"] == 1)
    #expect(answer.body.value(at: "/rows/0/errors/0/rule") == "not-editable")
    #expect(answer.body.value(at: "/rows/1/state") == "pending_review")
    #expect(house.send(hire("A-1", ["job_title": "Cook"])).status == 422)
  }

  @Test func `gets another branch when one lies below its name`() throws {
    let house = try HiringHouse()
    try house.git("branch", "recruitment/ats/A-1/fix", "main")
    let answer = house.send(hire("A-1"))
    #expect(answer.status == 202 && answer.body["branch"] == "recruitment/ats/A-1-2")
    let desk = ProposalDesk(try house.host.open(), branch: "main", judge: house.host.judge, now: HiringHouse.now)
    #expect {
      try desk.submit(to: .review("recruitment/ats/A-1")) { _ in
        Proposal(files: [], author: .init(system: "ats"), message: "A change")
      }
    } throws: {
      "\($0)".contains("git branch -m recruitment/ats/A-1/fix recruitment/ats/A-1-fix")
    }
  }
}
