import RecordSchema
import TestSupport
import Testing

@testable import Events

@Suite struct `Event ids` {
  @Test func `are UUIDs of version 5 as RFC 9562 has them`() {
    let dns: [UInt8] = [
      0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
    ]
    #expect(EventIDs.text(EventIDs.version5(dns, "www.example.com")) == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
  }

  @Test(arguments: [
    (Origin.commit("0a1b"), EventName.personUpdated, nil as Int?, "", "0a1b/person.updated/person:17"),
    (Origin.commit("0a1b"), .personUnitAssigned, nil, "/3", "0a1b/person.unit.assigned/person:17/3"),
    (Origin.commit("0a1b"), .personDeactivated, nil, "/out_of_scope", "0a1b/person.deactivated/person:17/out_of_scope"),
    (Origin.commit("0a1b"), .personCreated, 12, "", "12:0a1b/person.created/person:17"),
  ])
  func `follow the formula, as Python computes it`(
    origin: Origin, event: EventName, rewrite: Int?, suffix: String, name: String
  ) throws {
    let script =
      "import uuid; n = uuid.uuid5(uuid.NAMESPACE_URL, 'urn:staffrepo:organisation:7'); print(uuid.uuid5(n, '\(name)'))"
    let expected = try run("python3", ["-c", script]).output.split(separator: "\n").first.map(String.init)
    let ids = EventIDs(organisation: 7, rewrittenAt: rewrite)
    #expect(ids.id(origin, event, .person, 17, suffix: suffix) == expected)
  }

  @Test func `of a day name the day`() throws {
    let day = try #require(CalendarDate("2026-03-01"))
    #expect(Origin.day(day).name == "on:2026-03-01")
  }
}
