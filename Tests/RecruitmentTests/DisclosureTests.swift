import Access
import RecordSchema
import Recruitment
import TestSupport
import Testing

@Suite struct `A key` {
  private static let care = HiringHouse.grant(
    "ats", scopes: [.recruitmentWrite, .staffRead], units: [UnitCode("care")])

  @Test func `with units changes nobody who waits outside them, and is told nothing of them`() throws {
    let house = try HiringHouse()
    #expect(house.send(hire("U-1", ["organisational_unit": "office"])).status == 202)
    let tip = try house.git("rev-parse", "recruitment/ats/U-1")
    for body in [
      hire("U-1", ["organisational_unit": "office"]),
      hire("U-1", ["organisational_unit": "team-a", "first_name": "H"]),
    ] {
      let answer = house.send(body, as: Self.care)
      #expect(answer.status == 422 && answer.faults == ["P003 /source_reference"])
      #expect(!answer.body.text.contains("EMP003") && answer.body["person_id"] == nil)
    }
    #expect(try house.git("rev-parse", "recruitment/ats/U-1") == tip)
    func ask(_ grant: Grant) -> Int {
      house.desk.tell(HireQuestion(reference: "U-1", grant: grant, now: HiringHouse.now)).status
    }
    #expect(ask(HiringHouse.grant()) == 200 && ask(Self.care) == 404)
    try house.merge("recruitment/ats/U-1")
    #expect(house.send(hire("U-1"), as: Self.care).status == 422)
  }

  @Test func `with units corrects those who begin in them`() throws {
    let house = try HiringHouse()
    #expect(house.send(hire("U-1"), as: Self.care).status == 202)
    try house.edit(
      "data/people/EMP003.yaml", "s/  - team-a/  - {unit: team-a, from: 2026-06-01}/", on: "recruitment/ats/U-1")
    #expect(house.send(hire("U-1", ["job_title": "Cook"]), as: Self.care).body["changed"] == true)
  }

  @Test func `is told whose an address is only of people in its units`() throws {
    var files = HiringHouse.files
    files["data/people/EMP005.yaml"] = HiringHouse.person(5, "Eve", "Office").replacing("team-a", with: "office")
    let house = try HiringHouse(files: files)
    let here = house.send(hire("A-1", ["email": "ada.byrne@example.org"]), as: Self.care)
    #expect(here.body.text.contains("EMP001"))
    let elsewhere = house.send(hire("A-1", ["email": "eve.office@example.org"]), as: Self.care)
    #expect(elsewhere.faults == ["P004 /new_hire/email"] && !elsewhere.body.text.contains("EMP005"))
  }

  @Test func `that reads nobody is told that a record says otherwise, and not where`() throws {
    let house = try HiringHouse("recruitment: {landing: direct}\n")
    #expect(house.send(hire("A-1")).status == 201)
    let blind = house.send(hire("A-1", ["job_title": "Cook"]))
    #expect(blind.warnings == ["I001"] && !blind.body.text.contains("job_title"))
    let reader = house.send(hire("A-1", ["job_title": "Matron"]), as: Self.care)
    #expect(reader.warnings == ["I001"] && reader.body.text.contains("job_title"))
  }

  @Test func `cannot try out what is said of people whom its system did not hand over`() throws {
    var files = HiringHouse.files
    files["data/people/EMP001.yaml"]! += "external_ids: {ats: X-1}\n"
    let house = try HiringHouse(files: files)
    let right = house.send(hire("X-1", ["first_name": "Ada", "last_name": "Byrne"], without: ["email"]))
    let wrong = house.send(hire("X-1", ["first_name": "Eve", "last_name": "Nobody"], without: ["email"]))
    #expect(right.status == 200 && right.body == wrong.body && right.warnings.isEmpty)
  }

  @Test func `that reads nothing is given no words out of the records`() throws {
    let house = try HiringHouse()
    let both = HiringHouse.grant(scopes: [.recruitmentWrite, .staffRead, .unitsRead])
    for (fields, code, word) in [
      (["line_manager": "EMP0011"], "P012", "EMP001"), (["organisational_unit": "Head Offices"], "P015", "Head Office"),
      (["organisational_unit": "Care Team"], "P015", "team-o"),
      (["line_manager": "EMP002", "employment_start_date": "2026-05-01"], "P008", "Omar"),
    ] {
      for (grant, isTold) in [(HiringHouse.grant(), false), (both, true), (Self.care, false)] {
        let answer = house.send(hire("A-\(code)", fields), as: grant) { $0.isDryRun = true }
        let text = answer.body.text.replacing("EMP0011", with: "").replacing("Head Offices", with: "")
        #expect(text.contains("\"\(code)\"") && text.contains(word) == isTold, "\(fields) \(grant.scopes)")
      }
    }
  }
}
