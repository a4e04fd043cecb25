import Access
import FileStore
import RecordSchema
import Recruitment
import TestSupport
import Testing

@Suite struct `A hire that is handed over` {
  @Test func `waits on a branch of its own with an id that nobody has`() throws {
    let house = try HiringHouse()
    let answer = house.send(hire("A-1", ["organisational_unit": "CARE TEAM", "department": "care services"]))
    #expect(answer.status == 202)
    #expect(answer.body["person_id"] == 3)
    #expect(answer.body["employee_reference"] == "EMP003")
    #expect(answer.body["branch"] == "recruitment/ats/A-1")
    #expect(
      try house.file("data/people/EMP003.yaml", at: "recruitment/ats/A-1") == """
        # yaml-language-server: $schema=../../docs/schemas/person.schema.json
        id: 3
        employee_reference: EMP003
        first_name: Noor
        last_name: Haddad
        email: noor.haddad@example.org
        job_title: Nurse
        employment_start_date: 2026-06-01
        organisational_units:
          - team-a
        external_ids:
          ats: A-1
        source:
          system: ats
          reference: A-1
          imported_at: 2026-05-04T09:00:00Z

        """)
    let message = try house.git("log", "-1", "--format=%an <%ae>%n%B", "recruitment/ats/A-1")
    #expect(message.hasPrefix("ats <ats@staffrepo.invalid>\nNew hire EMP003 from ats\n"))
    #expect(message.contains("Staffrepo-Key: ats-key\nStaffrepo-Source: ats A-1\nStaffrepo-Import: sha256:"))
    #expect(try house.git("cat-file", "-p", "refs/staffrepo/ids") == "3\n")
  }

  @Test func `is the same when it comes again, corrected while it waits, and never changed once it is accepted`() throws
  {
    let house = try HiringHouse()
    let first = house.send(hire("A-1"))
    let tip = try house.git("rev-parse", "recruitment/ats/A-1")
    let again = house.send(hire("A-1"))
    #expect(again.status == 200 && again.body["repeated"] == true)
    for member in ["person_id", "employee_reference", "commit", "branch", "state"] {
      #expect(again.body[member] == first.body[member])
    }
    #expect(try house.git("rev-parse", "recruitment/ats/A-1") == tip)

    let corrected = house.send(hire("A-1", ["job_title": "Senior Nurse"]))
    #expect(corrected.status == 202 && corrected.body["changed"] == true)
    #expect(corrected.body["person_id"] == first.body["person_id"])
    #expect(
      try house.git("diff", "--stat", "recruitment/ats/A-1~", "recruitment/ats/A-1").contains(
        "1 insertion(+), 1 deletion(-)"))

    try house.merge("recruitment/ats/A-1")
    let accepted = house.send(hire("A-1", ["job_title": "Matron"]))
    #expect(accepted.status == 200 && accepted.state == "accepted" && accepted.body["repeated"] == true)
    #expect(accepted.body["person_id"] == first.body["person_id"])
    #expect(accepted.warnings == ["I001"])
    #expect(try house.file("data/people/EMP003.yaml", at: "main").contains("job_title: Senior Nurse"))
  }

  @Test func `keeps what a reviewer corrected when the source only repeats itself`() throws {
    let house = try HiringHouse()
    _ = house.send(hire("A-1"))
    let clone = house.scratch.path + "/clone"
    try house.git("clone", "--quiet", "--branch", "recruitment/ats/A-1", house.repository, clone)
    try run("sed", ["-i", "s/Nurse/Night Nurse/", "data/people/EMP003.yaml"], in: clone)
    try house.git("commit", "--quiet", "-am", "Nights", in: clone)
    try house.git("push", "--quiet", "origin", "HEAD", in: clone)
    #expect(house.send(hire("A-1")).body["repeated"] == true)
    #expect(try house.file("data/people/EMP003.yaml", at: "recruitment/ats/A-1").contains("Night Nurse"))
  }

  @Test func `gets its id again after its branch was turned down, also when the counter was lost`() throws {
    let house = try HiringHouse()
    #expect(house.send(hire("A-1")).body["person_id"] == 3)
    #expect(house.send(hire("A-2", ["email": "a.two@example.org"])).body["person_id"] == 4)
    try house.git("update-ref", "-d", "refs/heads/recruitment/ats/A-1")
    try house.git("update-ref", "-d", "refs/staffrepo/ids")
    #expect(house.send(hire("A-1")) { $0.isAgain = true }.body["person_id"] == 3)
    #expect(house.send(hire("A-3", ["email": "a.three@example.org"])).body["person_id"] == 5)
  }

  @Test func `that was turned down stays so until something else is said of it, or it is wanted again`() throws {
    let house = try HiringHouse()
    func send(_ fields: [String: String] = [:], _ change: (inout ImportRequest) -> Void = { _ in }) -> ImportAnswer {
      house.send(hire("A-1", fields), change: change)
    }
    let first = send { $0.idempotencyKey = "k1" }
    let branch = "refs/heads/recruitment/ats/A-1"
    try house.git("update-ref", "-d", branch)
    for key in [nil, "k1", "k2"] {
      let again = send { $0.idempotencyKey = key }
      #expect(again.status == 200 && again.state == "rejected" && again.body["repeated"] == true)
      #expect(again.body["person_id"] == 3 && again.body["commit"] == first.body["commit"])
      #expect(again.warnings == ["I007"])
    }
    #expect(try house.branches() == ["main"])
    let corrected = send(["job_title": "Cook"])
    #expect(corrected.status == 202 && corrected.state == "pending_review" && corrected.body["person_id"] == 3)
    try house.git("update-ref", "-d", branch)
    #expect(send(["job_title": "Cook"]).state == "rejected")
    let wanted = send(["job_title": "Cook"]) { ($0.isAgain, $0.idempotencyKey) = (true, "k3") }
    #expect(wanted.status == 202 && wanted.body["person_id"] == 3)
    #expect(send(["job_title": "Cook"]) { ($0.isAgain, $0.idempotencyKey) = (true, "k3") }.body["repeated"] == true)
  }

  @Test func `whose origin HR took out of the record is not made twice`() throws {
    let house = try HiringHouse()
    _ = house.send(hire("A-1"))
    let clone = house.scratch.path + "/clone"
    try house.git("clone", "--quiet", "--branch", "recruitment/ats/A-1", house.repository, clone)
    try run("sed", ["-i", "/^external_ids/,$d", "data/people/EMP003.yaml"], in: clone)
    try house.git("commit", "--quiet", "-am", "Without its origin", in: clone)
    try house.git("push", "--quiet", "origin", "HEAD:main", in: clone)
    try house.git("update-ref", "-d", "refs/heads/recruitment/ats/A-1")
    let again = house.send(hire("A-1", ["job_title": "Cook"]))
    #expect(again.status == 200 && again.state == "accepted" && again.body["employee_reference"] == "EMP003")
    #expect(try house.branches() == ["main"])
  }

  @Test func `gets another id when somebody took its own by hand meanwhile`() throws {
    let house = try HiringHouse()
    #expect(house.send(hire("A-1")).body["person_id"] == 3)
    try house.git("update-ref", "-d", "refs/heads/recruitment/ats/A-1")
    let clone = house.scratch.path + "/clone"
    try house.git("clone", "--quiet", house.repository, clone)
    try run("cp", ["data/people/EMP001.yaml", "data/people/EMP003.yaml"], in: clone)
    try run(
      "sed", ["-i", "s/^id: 1/id: 3/; s/EMP001/EMP003/; s/ada.byrne/eve.byrne/", "data/people/EMP003.yaml"], in: clone)
    try house.git("add", "-A", in: clone)
    try house.git("commit", "--quiet", "-m", "By hand", in: clone)
    try house.git("push", "--quiet", "origin", "main", in: clone)
    let again = house.send(hire("A-1")) { $0.isAgain = true }
    #expect(again.status == 202 && again.body["person_id"] == 4 && again.body["employee_reference"] == "EMP004")
  }

  @Test func `lands on the branch where the settings say so, and in review where a policy refuses it`() throws {
    let direct = try HiringHouse("recruitment: {landing: direct}\n")
    let answer = direct.send(hire("A-1"))
    #expect(answer.status == 201 && answer.state == "accepted" && answer.body["branch"] == "main")
    #expect(try direct.branches() == ["main"])

    let guarded = try HiringHouse(
      "  - {name: people, paths: [data/people/**], authors: [hr@example.org]}\nrecruitment: {landing: direct}\n")
    let held = guarded.send(hire("A-1"))
    #expect(held.status == 202 && held.state == "pending_review")
    #expect(held.warnings.contains("I002") && held.warnings.contains("G007"))
    #expect(try guarded.branches() == ["main", "recruitment/ats/A-1"])
  }

  @Test func `waits for review when somebody works on the branch in a work tree`() throws {
    let house = try HiringHouse("recruitment: {landing: direct}\n")
    try house.git("worktree", "add", "--quiet", house.scratch.path + "/here", "main")
    let answer = house.send(hire("A-1"))
    #expect(answer.status == 202)
    #expect(answer.warnings == ["I002"])
  }

  @Test func `is refused with everything that is wrong, each at its field`() throws {
    let house = try HiringHouse()
    let answer = house.send(
      hire(
        "A-1",
        [
          "employment_start_date": "soon", "organisational_unit": "Kitchen", "email": "Ada.Byrne@example.org",
          "employee_reference": "a b",
        ], without: ["first_name"]))
    #expect(answer.status == 422)
    #expect(answer.mediaType == "application/problem+json")
    #expect(
      answer.faults == [
        "S005 /new_hire/employment_start_date", "P015 /new_hire/organisational_unit", "P004 /new_hire/email",
        "S009 /new_hire/employee_reference", "S001 /new_hire/first_name",
      ])
    #expect(try house.branches() == ["main"])
    #expect(try house.git("for-each-ref", "refs/staffrepo") == "", "a refused hire takes no id")
  }

  @Test func `is told what only whole records show in the same answer`() throws {
    let house = try HiringHouse()
    let wrong = [
      "organisational_unit": "Kitchen", "employment_end_date": "2026-05-31", "line_manager": "EMP0011",
      "email": "Ada.Byrne@example.org",
    ]
    let answer = house.send(hire("A-1", wrong, without: ["first_name"]))
    #expect(
      answer.faults == [
        "P015 /new_hire/organisational_unit", "P004 /new_hire/email", "S001 /new_hire/first_name",
        "P005 /new_hire/employment_end_date", "P012 /new_hire/line_manager",
      ])
    // Two who want one reference, one of them in the place of somebody who is here; the second's manager is the third.
    let rows = [
      hire("B-1", wrong.merging(["employee_reference": "EMP001"]) { $1 }),
      hire("B-2", ["employee_reference": "EMP001", "line_manager": "EMP077", "email": "b2@example.org"]),
      hire("B-3", ["employee_reference": "EMP077", "email": "b3@example.org"]),
    ]
    let several = house.send("[\(rows.joined(separator: ","))]")
    #expect(several.status == 202 && several.body["refused"] == 2)
    let codes = (0..<2).map { row in
      (0..<9).compactMap { several.body.value(at: "/rows/\(row)/errors/\($0)/code")?.text }.sorted()
    }
    #expect(codes == [["\"P003\"", "\"P004\"", "\"P005\"", "\"P012\"", "\"P015\""], ["\"P003\""]])
    #expect(try house.branches() == ["main", several.body["branch"].map { String($0.text.dropFirst().dropLast()) }])
  }

  @Test(
    arguments: [
      (#"{"new_hire":HIRE,"state":"withdrawn"}"#, "S002 /state"),
      (#"{"new_hire":HIRE,"first_name":"X"}"#, "S002 /first_name"),
      (#"{"new_hire":{"surname":"Haddad",MEMBERS}}"#, "S002 /new_hire/surname"),
      (#"{"surname":"Haddad",MEMBERS}"#, "S002 /surname"),
      (#"{"new_hire":{"preferred_name":5,MEMBERS}}"#, "S003 /new_hire/preferred_name"),
      (#"{"new_hire":{"line_manager":true,MEMBERS}}"#, "S003 /new_hire/line_manager"),
      (#"{"new_hire":HIRE,"source_system":7}"#, "S003 /source_system"),
      (#"{"new_hires":[HIRE],"sourc_system":"ats"}"#, "S002 /sourc_system"),
      (#"{"new_hires":[HIRE],"source_system":["ats"]}"#, "S003 /source_system"),
    ])
  func `is refused when it holds what nobody knows, or no text`(_ pattern: String, _ fault: String) throws {
    let house = try HiringHouse()
    let whole = try JSON(reading: Array(hire(nil).utf8))["new_hire"]?.text ?? ""
    let body = pattern.replacing("HIRE", with: whole).replacing("MEMBERS", with: whole.dropFirst().dropLast())
    let answer = house.send(body)
    #expect(answer.status == 422)
    #expect(answer.faults == [fault])
    #expect(try house.branches() == ["main"])
  }

  @Test func `may have a number of digits, and say nothing`() throws {
    let house = try HiringHouse()
    let body = hire("7").replacing("\"source_reference\":\"7\"", with: "\"source_reference\":7").replacing(
      "\"new_hire\":{", with: "\"new_hire\":{\"line_manager\":null,")
    #expect(house.send(body).body["source_id"] == "7")
    let misspelt = house.send(hire("8", ["frist_name": "Noor"]))
    #expect(misspelt.body.text.contains("Did you mean 'first_name'?") && misspelt.body.text.contains("Known are: "))
  }

  @Test func `holds what else its system tells where the settings look for its fields`() throws {
    let house = try HiringHouse("recruitment:\n  sources:\n    ats: {fields: {job_title: /posting/title}}\n")
    let body = hire("A-1", without: ["job_title"]).replacing(
      "{\"source_reference\"", with: "{\"posting\":{\"title\":\"Cook\"},\"stage\":4,\"source_reference\"")
    let answer = house.send(body)
    #expect(answer.status == 202)
    #expect(answer.warnings == ["S002", "S002"])
    #expect(try house.file("data/people/EMP003.yaml", at: "recruitment/ats/A-1").contains("job_title: Cook\n"))
  }

  @Test func `of somebody who left is nobody who comes back by itself`() throws {
    let house = try HiringHouse()
    let answer = house.send(
      hire("A-1", ["email": "omar.farouk@example.org"]), as: HiringHouse.grant(scopes: [.recruitmentWrite, .staffRead]))
    #expect(answer.faults == ["P004 /new_hire/email"])
    #expect(answer.body.text.contains("re-hire") && answer.body.text.contains("EMP002"))
    let blind = house.send(hire("A-1", ["email": "omar.farouk@example.org"]))
    #expect(!blind.body.text.contains("EMP002"), "a key that reads nothing is told no names")
    #expect(house.send(hire("A-2", ["employee_reference": "emp002"])).faults == ["P003 /new_hire/employee_reference"])
  }

  @Test(
    arguments: [
      ("Care Team", nil, "P015 /new_hire/organisational_unit"), ("Care Team", "Head Office", nil),
      ("TEAM-O", nil, nil), ("team-a", "office", "P015 /new_hire/organisational_unit"), (nil, "Care Services", nil),
      ("team-a", "Nowhere", "P015 /new_hire/department"),
    ] as [(String?, String?, String?)])
  func `names its unit`(_ unit: String?, _ department: String?, _ fault: String?) throws {
    let house = try HiringHouse()
    var fields: [String: String] = [:]
    fields["organisational_unit"] = unit
    fields["department"] = department
    let answer = house.send(hire("A-1", fields, without: unit == nil ? ["organisational_unit"] : []))
    #expect(answer.faults == Set([fault].compactMap(\.self)))
  }

  @Test func `gets a work address when the one that is sent is none`() throws {
    let house = try HiringHouse()
    let one = house.send(
      hire("A-1", ["first_name": "Zoë Anne", "last_name": "Ødegård-Łukasz", "email": "zoe@example.com"]))
    #expect(one.warnings == ["P019"])
    #expect(
      try house.file("data/people/EMP003.yaml", at: "recruitment/ats/A-1").contains(
        "email: zoe-anne.odegard-lukasz@example.org\n"))
    let two = house.send(hire("A-2", ["first_name": "Zoe Anne", "last_name": "Odegard Lukasz"], without: ["email"]))
    #expect(two.status == 202)
    #expect(
      try house.file("data/people/EMP004.yaml", at: "recruitment/ats/A-2").contains(
        "email: zoe-anne.odegard-lukasz2@example.org\n"))
  }
}

@Suite struct `Who may hand over` {
  @Test func `hires into the key's units only`() throws {
    let house = try HiringHouse()
    let key = HiringHouse.grant(units: [UnitCode("care")])
    #expect(house.send(hire("A-1"), as: key).status == 202)
    #expect(
      house.send(hire("A-2", ["organisational_unit": "office"]), as: key).faults == [
        "P015 /new_hire/organisational_unit"
      ])
    #expect(
      house.send(hire("A-3", without: ["organisational_unit"]), as: key).faults == [
        "P015 /new_hire/organisational_unit"
      ])
  }

  @Test func `speaks in its own system's name, or in that of one which the settings allow`() throws {
    let house = try HiringHouse("recruitment:\n  sources:\n    workday: {systems: [hub]}\n")
    func send(_ system: String, by key: String) -> Int {
      let body = hire("A-\(system)-\(key)").replacing(
        "{\"source_reference\"", with: "{\"source_system\":\"\(system)\",\"source_reference\"")
      return house.send(body, as: HiringHouse.grant(key)).status
    }
    #expect(send("ats", by: "ats") == 202)
    #expect(send("workday", by: "ats") == 403)
    #expect(send("workday", by: "hub") == 202)
    #expect(house.send(hire("A-9"), as: HiringHouse.grant(scopes: [.staffRead])).status == 403)
    #expect(house.send(hire("A-9"), as: nil).status == 401)
  }

  @Test func `repeats a request by its Idempotency-Key`() throws {
    let house = try HiringHouse()
    func send(_ body: String, _ key: String) -> ImportAnswer { house.send(body) { $0.idempotencyKey = key } }
    let first = send(hire("A-1"), "k1")
    #expect(first.status == 202)
    let again = send(hire("A-1"), "k1")
    #expect(again.status == 200 && again.body["repeated"] == true && again.body["person_id"] == first.body["person_id"])
    #expect(send(hire("A-1", ["job_title": "Cook"]), "k1").status == 422)
    #expect(send(hire("A-1", ["job_title": "Cook"]), "k2").body["changed"] == true)
    #expect(send(hire("A-1"), "k1").body["repeated"] == true, "a delayed repeat takes no correction back")
    #expect(try house.file("data/people/EMP003.yaml", at: "recruitment/ats/A-1").contains("Cook"))
    #expect(send(hire("A-2", without: ["last_name"]), "k3").status == 422)
  }
}

@Suite struct `What became of a hire` {
  private func ask(_ house: HiringHouse, _ reference: String = "A-1", source: String? = nil, as system: String = "ats")
    -> ImportAnswer
  {
    house.desk.tell(
      HireQuestion(reference: reference, source: source, grant: HiringHouse.grant(system), now: HiringHouse.now))
  }

  @Test func `is told as it was confirmed, from review to the record and beyond`() throws {
    let house = try HiringHouse()
    #expect(ask(house).status == 404)
    let first = house.send(hire("A-1"))
    func same(_ answer: ImportAnswer, _ members: String...) -> Bool {
      members.allSatisfy { answer.body[$0] == first.body[$0] }
    }
    let waiting = ask(house)
    #expect(waiting.status == 200 && waiting.body == first.body)

    try house.merge("recruitment/ats/A-1")
    try house.git("update-ref", "-d", "refs/heads/recruitment/ats/A-1")
    let accepted = ask(house)
    #expect(accepted.state == "accepted" && accepted.body["branch"] == "main")
    #expect(same(accepted, "person_id", "employee_reference", "source_system", "source_id", "commit"))

    let clone = house.scratch.path + "/clone"
    try house.git("clone", "--quiet", house.repository, clone)
    try house.git("rm", "--quiet", "data/people/EMP003.yaml", in: clone)
    try house.git("commit", "--quiet", "-m", "Gone", in: clone)
    try house.git("push", "--quiet", "origin", "main", in: clone)
    let gone = ask(house)
    #expect(gone.state == "accepted" && gone.body["removed"] == true && same(gone, "person_id"))
  }

  @Test func `is told of one who was turned down, and of one of many`() throws {
    let house = try HiringHouse()
    _ = house.send("[\(hire("A-1")),\(hire("A-2", ["email": "two@example.org"]))]")
    let branch = try house.branches()[1]
    let clone = house.scratch.path + "/clone"
    try house.git("clone", "--quiet", "--branch", branch, house.repository, clone)
    try house.git("rm", "--quiet", "data/people/EMP004.yaml", in: clone)
    try house.git("commit", "--quiet", "-m", "Not this one", in: clone)
    try house.git("checkout", "--quiet", "main", in: clone)
    try house.git("merge", "--quiet", "--no-ff", "-m", "One of two", branch, in: clone)
    try house.git("push", "--quiet", "origin", "main", ":\(branch)", in: clone)
    #expect(ask(house, "A-1").state == "accepted")
    let rejected = ask(house, "A-2")
    #expect(rejected.status == 200 && rejected.state == "rejected" && rejected.body["person_id"] == 4)
    #expect(rejected.body["branch"] == nil && rejected.warnings == ["I007"])
  }

  @Test func `is told to its own source only, and to those who may speak for it`() throws {
    let house = try HiringHouse("recruitment:\n  sources:\n    ats: {systems: [hub]}\n")
    _ = house.send(hire("A-1"))
    #expect(ask(house, as: "other").status == 404)
    #expect(ask(house, source: "ats", as: "other").status == 403)
    #expect(ask(house, source: "ats", as: "hub").state == "pending_review")
    #expect(ask(house, "A-9").status == 404)
  }
}

@Suite struct `Many hires at once` {
  @Test func `are taken in one commit, each with a result of its own`() throws {
    let house = try HiringHouse()
    let csv = """
      Reference,First name,Last name,Email,Job title,Start date,Unit
      B-1,Noor,Haddad,noor@example.org,Nurse,2026-06-01,team-a
      B-2,"O""Neil, Pat",Kelly,noor@example.org,Nurse,2026-06-01,team-a
      B-3,Zoë,Kelly,zoe@example.org,Nurse,2026-13-01,team-a
      B-1,Noor,Haddad,other@example.org,Nurse,2026-06-01,team-a
      B-5,Lea,Kelly,lea@example.org,Cook,2026-06-01,office

      """
    let answer = house.send(csv, type: "text/csv; charset=utf-8")
    #expect(answer.status == 202)
    #expect(answer.body["pending_review"] == 2 && answer.body["refused"] == 3)
    guard case .array(let rows)? = answer.body["rows"] else { return #expect(Bool(false)) }
    #expect(rows.map { $0["state"] } == ["pending_review", "refused", "refused", "refused", "pending_review"])
    #expect(rows.map { $0["source_id"] } == ["B-1", "B-2", "B-3", "B-1", "B-5"])
    #expect(rows[0]["person_id"] == 3 && rows[4]["person_id"] == 4)
    #expect(rows[2]["errors"]?.value(at: "/0/line") == 4 && rows[2]["errors"]?.value(at: "/0/column") == 37)
    #expect(rows[1]["errors"]?.value(at: "/0/code") == "P004")
    guard case .string(let branch)? = answer.body["branch"] else { return #expect(Bool(false)) }
    #expect(branch.hasPrefix("recruitment/ats/batch-"))
    #expect(try house.git("rev-list", "--count", "main..\(branch)") == "1\n")

    let odd = house.send(
      csv.replacing("Job title", with: "Job titel").replacing("Unit", with: "Shoe"), type: "text/csv")
    #expect(odd.warnings == ["S002", "S002"] && odd.body.text.contains("Did you mean 'job_title'?"))

    let again = house.send(csv, type: "text/csv")
    #expect(again.status == 200 && again.body["repeated"] == 2 && again.body["refused"] == 3)
  }

  @Test(arguments: [("application/json", true), ("application/json", false), ("application/x-ndjson", false)])
  func `come as a list or as lines`(_ type: String, _ isWrapped: Bool) throws {
    let house = try HiringHouse()
    let hires = [hire("A-1"), hire("A-2", ["email": "two@example.org"])]
    let body =
      type.hasSuffix("ndjson")
      ? hires.joined(separator: "\n") + "\n{oops\n"
      : isWrapped
        ? "{\"source_system\":\"ats\",\"new_hires\":[\(hires.joined(separator: ","))]}"
        : "[\(hires.joined(separator: ","))]"
    let answer = house.send(body, type: type)
    #expect(answer.body["pending_review"] == 2)
    #expect(answer.body["refused"] == (type.hasSuffix("ndjson") ? 1 : 0))
  }

  @Test func `that are all wrong are refused as a whole`() throws {
    let house = try HiringHouse()
    let answer = house.send("[\(hire("A-1", without: ["job_title"])),7]")
    #expect(answer.status == 422 && answer.isProblem)
    #expect(answer.body.value(at: "/rows/0/errors/0/pointer") == "/0/new_hire/job_title")
    #expect(answer.body.value(at: "/rows/1/errors/0/pointer") == "/1")
  }

  @Test func `are kept in mind without names, whatever became of them`() throws {
    let house = try HiringHouse()
    _ = house.send(hire("A-1"))
    _ = house.send(hire("A-2", without: ["last_name"]))
    _ = house.send("{nonsense")
    _ = house.send(hire("A-1"), as: nil)
    let entries = try ImportLog(house.host.folder + "/imports.sqlite").entries()
    #expect(entries.map(\.outcome) == ["pending_review", "refused", "refused"], "whoever is nobody is not kept")
    #expect(entries.allSatisfy { $0.key == "ats-key" })
    #expect(entries[0].people == [3] && entries[0].branch == "recruitment/ats/A-1" && entries[0].commit != nil)
    #expect(entries[1].codes == ["S001"])
    let file = String(decoding: try FileStore.read(house.host.folder + "/imports.sqlite"), as: UTF8.self)
    #expect(!file.contains("Noor") && !file.contains("noor."))
  }
}
