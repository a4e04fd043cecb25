import Testing

@testable import Publishers

@Suite struct `Files` {
  @Test func `quote as RFC 4180 says`() {
    let row = CSVRow(["plain", "a,b", "say \"hi\"", "two\nlines", "", "=1+1", " blank "])
    #expect(
      String(decoding: row.bytes, as: UTF8.self) == "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,=1+1, blank \r\n")
  }

  @Test(arguments: [
    ("Grace.Hill@Example.org", "grace.hill@example.org"), ("o'neill@x.org", "oneill@x.org"), ("zoë@x.org", "zo@x.org"),
  ])
  func `clean user names as Moodle does`(email: String, name: String) {
    #expect(MoodleUser.name(email) == name)
  }
}
