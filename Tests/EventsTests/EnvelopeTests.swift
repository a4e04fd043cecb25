import RecordSchema
import Testing

@testable import Events

@Suite struct `What a consumer sees` {
  private let event: Event = {
    var before = Person(id: PersonID(17), reference: EmployeeReference("EMP017"))
    before.salaryGrade = "G1"
    before.custom = [.init(name: "pin", value: "12A"), .init(name: "dbs", value: "2026")]
    var after = before
    after.salaryGrade = "G2"
    func state(_ person: Person) -> PersonState {
      PersonState(person, on: CalendarDate(dayNumber: 20_000), units: UnitDirectory(), image: { _ in nil })
    }
    let stamp = EventStamp(
      origin: .commit("c0ffee"), commit: "c0ffee", timestamp: Instant(seconds: 1_768_473_000), organisation: 1,
      ids: EventIDs(organisation: 1, rewrittenAt: nil), isRewritten: false)
    return stamp.event(personDrafts(before: state(before), after: state(after))[0])
  }()
  private let sensitive: Set<String> = ["salary_grade", "custom.pin"]

  @Test func `is everything but sensitive fields, and an update of those alone is not sent`() {
    let usual = FieldSelection(allowed: nil, sensitive: sensitive)
    #expect(event.envelope(fields: usual, sequence: (1, 1)) == nil)
  }

  @Test func `is what the allow-list names, sensitive or not, and the id`() throws {
    let fields = FieldSelection(allowed: ["salary_grade"], sensitive: sensitive)
    let envelope = try #require(event.envelope(fields: fields, sequence: (42, 3)))
    #expect(envelope["data"] == ["id": 17, "salary_grade": "G2"])
    #expect(envelope["changes"] == ["salary_grade": ["old": "G1", "new": "G2"]])
    #expect(envelope["sequence"] == [42, 3])
    #expect(envelope["timestamp"] == "2026-01-15T10:30:00Z")
  }

  @Test func `holds custom fields one by one`() throws {
    let usual = FieldSelection(allowed: nil, sensitive: ["custom.pin"])
    let envelope = try #require(event.envelope(fields: usual, sequence: (1, 1)))
    #expect(envelope["data"]?["custom"] == ["dbs": "2026"])
    let one = FieldSelection(allowed: ["salary_grade", "custom.pin"], sensitive: sensitive)
    #expect(try #require(event.envelope(fields: one, sequence: (1, 1)))["data"]?["custom"] == ["pin": "12A"])
  }
}
