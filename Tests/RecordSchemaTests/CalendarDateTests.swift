import RecordSchema
import Testing

@Suite struct `Calendar dates` {
  @Test(arguments: ["1970-01-01", "2024-02-29", "2000-02-29", "1999-12-31", "0001-01-01", "9999-12-31", "2026-11-21"])
  func `are read and written alike`(text: String) throws {
    #expect(try #require(CalendarDate(text)).description == text)
  }

  @Test(arguments: [
    "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-1-1", "26-01-01", "2026/01/01",
    "2026-01-01T00:00:00Z", "", "٢٠٢٦-٠١-٠١",
  ])
  func `that do not exist, or are written otherwise, are none`(text: String) {
    #expect(CalendarDate(text) == nil)
  }

  @Test func `count on over every month's end`() throws {
    var date = try #require(CalendarDate("1999-12-25"))
    for _ in 0..<146_097 { date = date.adding(days: 1) }
    #expect(date.description == "2399-12-25", "400 years have 146,097 days")
  }

  @Test func `know their weekday`() throws {
    #expect(try #require(CalendarDate("2026-11-21")).weekday == 6)
    #expect(try #require(CalendarDate("1969-12-28")).weekday == 0)
  }
}

@Suite struct `Instants` {
  @Test(arguments: ["1970-01-01T00:00:00Z", "2026-01-15T10:30:00Z", "1969-12-31T23:59:59Z", "2400-02-29T00:00:01Z"])
  func `are read and written alike`(text: String) throws {
    #expect(try #require(Instant(text)).description == text)
  }

  @Test(arguments: ["2026-01-15T24:00:00Z", "2026-01-15 10:30:00Z", "2026-01-15T10:30:00", "2026-02-30T00:00:00Z"])
  func `that do not exist are none`(text: String) {
    #expect(Instant(text) == nil)
  }
}

@Suite struct `JSON text` {
  @Test func `keeps order and escapes only what must be`() {
    let value: JSON = ["b": 1, "a": [true, .null], "t": "é \"q\" \\ \n \u{1} /"]
    #expect(value.text == #"{"b":1,"a":[true,null],"t":"é \"q\" \\ \n \u0001 /"}"#)
  }

  @Test func `is laid out for people`() {
    let value: JSON = ["a": [1, 2], "e": []]
    #expect(value.prettyText == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"e\": []\n}")
  }
}

@Suite struct `CRC-32` {
  @Test func `has the check value of its catalogue`() {
    #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
  }
}

@Suite struct `Secret references` {
  @Test(arguments: ["env:STAFFREPO_SECRET_DIGITAL_ID", "file:digital-id"])
  func `name a place`(text: String) throws {
    #expect(try #require(SecretReference(text)).description == text)
  }

  @Test(arguments: [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "env:PATH", "env:STAFFREPO_SECRET_", "env:STAFFREPO_SECRET_a b",
    "file:../../etc/passwd", "file:/etc/passwd", "file:.hidden", "file:", "hunter2",
  ])
  func `are nothing else`(text: String) {
    #expect(SecretReference(text) == nil)
  }
}
