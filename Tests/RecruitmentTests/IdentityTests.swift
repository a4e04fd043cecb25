import Access
import RecordSchema
import Recruitment
import TestSupport
import Testing

@Suite struct `Who somebody is` {
  static let others =
    #""first_name":"Noor","last_name":"Haddad","job_title":"Nurse","employment_start_date":"2026-06-01""#

  @Test func `does not depend on the order of members, nor on an empty one`() throws {
    let house = try HiringHouse()
    let bodies = [
      #"{"new_hire":{"source_reference":"O-1","id":"55",\#(Self.others)}}"#,
      #"{"new_hire":{"id":"55","source_reference":"O-1",\#(Self.others)}}"#,
      #"{"id":55,"new_hire":{\#(Self.others),"source_reference":"O-1"}}"#,
      #"{"source_reference":"O-1","new_hire":{"id":"55","source_reference":"",\#(Self.others)}}"#,
      #"{"source_reference":" ","new_hire":{"source_reference":"O-1",\#(Self.others)}}"#,
      #"{"source_reference":"O-1","new_hire":{"id":"O-1",\#(Self.others)}}"#,
    ]
    let answers = bodies.map { house.send($0) }
    #expect(answers.map(\.status) == [202, 200, 200, 200, 200, 200])
    #expect(answers.allSatisfy { $0.body["source_id"] == "O-1" && $0.body["person_id"] == 3 })
    let isTold = answers.map { $0.warnings.contains("I004") }
    #expect(isTold == [true, true, true, true, false, false], "two numbers that differ are worth a word")
    #expect(answers[1].body.value(at: "/warnings/0/pointer") == "/new_hire/id")
  }

  @Test func `is told by the first of several numbers, whatever stands in the row besides`() throws {
    let house = try HiringHouse()
    let rows = """
      id,candidate_id,application_id,first_name,last_name,job_title,employment_start_date
      ,,A-1,Ann,Csv,Nurse,2026-06-01
      7,7,A-2,Ann,Csv,Cook,2026-06-01
      8,7,,Bob,Csv,Nurse,2026-06-01

      """
    let answer = house.send(rows, type: "text/csv")
    #expect(answer.status == 202)
    #expect((0..<3).map { answer.body.value(at: "/rows/\($0)/source_id") } == ["A-1", "A-2", "7"])
    #expect(answer.body.value(at: "/rows/1/warnings/0/column") == 3)
  }

  @Test func `is told by the member that the settings name, without a word of others`() throws {
    let house = try HiringHouse(
      "recruitment:\n  sources:\n    ats: {fields: {source_reference: /new_hire/candidate_id}}\n")
    let answer = house.send(#"{"source_reference":"O-1","new_hire":{"candidate_id":77,\#(Self.others)}}"#)
    #expect(answer.status == 202 && answer.body["source_id"] == "77" && answer.warnings.isEmpty)
  }

  @Test func `is not told by a name alone when two say different things`() throws {
    let house = try HiringHouse()
    let nurse = hire(nil, without: ["email"])
    let cook = hire(nil, ["job_title": "Cook"], without: ["email"])
    let first = house.send(nurse)
    #expect(first.status == 202)
    #expect(house.send(nurse).body["repeated"] == true)
    let other = house.send(cook)
    #expect(other.status == 422 && other.faults == ["P003 /new_hire/source_reference"])
    #expect(other.body.text.contains("source_reference, the source's own number"))
    guard case .string(let branch)? = first.body["branch"] else { return #expect(Bool(false)) }
    #expect(try house.file("data/people/EMP003.yaml", at: branch).contains("job_title: Nurse"))

    try house.merge(branch)
    #expect(house.send(nurse).state == "accepted")
    #expect(house.send(cook).status == 422)
    let numbered = house.send(hire("C-1", ["job_title": "Cook"], without: ["email"]))
    #expect(numbered.status == 202 && numbered.body["person_id"] == 4)
  }

  @Test func `is not told by a name alone when the log is lost`() throws {
    let house = try HiringHouse()
    #expect(house.send(hire(nil, without: ["email"])).status == 202)
    try run("rm", ["imports.sqlite"], in: house.host.folder)
    let desk = ImportDesk(house.host)
    func send(_ body: String) -> ImportAnswer {
      desk.handle(ImportRequest(body: Array(body.utf8), grant: HiringHouse.grant(), now: HiringHouse.now))
    }
    #expect(send(hire(nil, ["job_title": "Cook"], without: ["email"])).status == 422)
    #expect(send(hire(nil, without: ["email"])).body["repeated"] == true)
  }

  @Test func `is asked for when rows of one request share a name`() throws {
    let house = try HiringHouse()
    let nurse = hire(nil, without: ["email"])
    let cook = hire(nil, ["job_title": "Cook"], without: ["email"])
    let answer = house.send("[\(nurse),\(cook),\(nurse)]")
    #expect(answer.body["pending_review"] == 1 && answer.body["refused"] == 2)
    #expect(answer.body.value(at: "/rows/1/errors/0/message")?.text.contains("cannot be told") == true)
    #expect(answer.body.value(at: "/rows/2/errors/0/help") == "Send each hire once.")
  }

  @Test func `by name alone does not get the number of one who was turned down`() throws {
    let house = try HiringHouse()
    let first = house.send(hire(nil, without: ["email"]))
    guard case .string(let branch)? = first.body["branch"] else { return #expect(Bool(false)) }
    try house.git("update-ref", "-d", "refs/heads/\(branch)")
    let other = house.send(hire(nil, ["job_title": "Cook"], without: ["email"]))
    #expect(other.status == 202 && other.body["person_id"] == 4)
  }

  @Test func `stays known when HR takes out where the record came from`() throws {
    let house = try HiringHouse("recruitment: {landing: direct}\n")
    #expect(house.send(hire("A-1")).status == 201)
    try house.edit("data/people/EMP003.yaml", "/^external_ids/,$d")
    let again = house.send(hire("A-1"))
    #expect(again.status == 200 && again.state == "accepted" && again.body["person_id"] == 3)
    #expect(again.warnings == ["I005"])
    let otherwise = house.send(hire("A-1", ["job_title": "Cook"]))
    #expect(otherwise.state == "accepted" && otherwise.body["person_id"] == 3)
  }
}
