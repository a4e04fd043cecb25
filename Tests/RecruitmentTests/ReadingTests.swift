import Access
import RecordSchema
import Recruitment
import TestSupport
import Testing

@Suite struct `What is sent` {
  @Test func `is answered however malformed it is`() throws {
    let house = try HiringHouse("recruitment:\n  sources:\n    ats: {fields: {job_title: /new_hire/role}}\n")
    var random = SeededRandom(3)
    let pieces = [
      "{", "}", "[", "]", "\"", "\\u", "\\ud800", ",", ":", "null", "1e999", "-", "\u{0}", "\n", ";", "\"\"",
      "new_hires", "source_system",
    ]
    .map { Array($0.utf8) }
    let csv = "reference,first_name,last_name,email,unit\nA-1,Noor,Haddad,noor@example.org,team-a\n"
    let seeds = [
      (hire("A-1"), "application/json"), ("[\(hire("A-1")),\(hire("A-2"))]", "application/json"),
      (hire("A-1") + "\n" + hire("A-2"), "application/x-ndjson"), (csv, "text/csv"),
    ]
    for _ in 0..<400 {
      let (text, type) = seeds.randomElement(using: &random)!
      var bytes = Array(text.utf8)
      for _ in 0..<Int.random(in: 1...6, using: &random) { bytes.mutate(with: pieces, &random) }
      var request = ImportRequest(body: bytes, mediaType: type, grant: HiringHouse.grant(), now: HiringHouse.now)
      request.isDryRun = true
      let answer = house.desk.handle(request)
      #expect(
        [200, 400, 403, 422].contains(answer.status), "\(answer.status) to \(String(decoding: bytes, as: UTF8.self))")
      if answer.status >= 500 { break }
    }
    #expect(try house.branches() == ["main"])
  }

  @Test(arguments: [
    ("[1, 2.5, -0, 1e3]", "[1,\"2.5\",0,\"1e3\"]"), (#"{"a":"\u00e9\ud83d\ude00\/"}"#, #"{"a":"é😀/"}"#),
    (" null ", "null"), ("[]", "[]"), ("{ }", "{}"),
  ])
  func `is JSON as RFC 8259 has it`(_ text: String, _ expected: String) throws {
    #expect(try JSON(reading: Array(text.utf8)).text == expected)
  }

  @Test(arguments: [
    ("", 1, 1), ("{\"a\":1,}", 1, 8), ("[1\n 2]", 2, 2), ("{\"a\":1,\"a\":2}", 1, 8), ("[01]", 1, 4),
    ("\"\\ud800\"", 1, 8),
    ("nul", 1, 1), ("1 2", 1, 3), ("\"é", 1, 3), ("'a'", 1, 1), ("[1.]", 1, 4),
  ])
  func `is refused at its place when it is no JSON`(_ text: String, _ line: Int, _ column: Int) {
    #expect(throws: JSONFault.self) { _ = try JSON(reading: Array(text.utf8)) }
    do { _ = try JSON(reading: Array(text.utf8)) } catch { #expect((error.line, error.column) == (line, column)) }
  }

  @Test func `may nest, but not without end`() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: JSONFault.self) { _ = try JSON(reading: Array(deep.utf8)) }
  }

  @Test func `is a table as RFC 4180 has it`() throws {
    let rows = try CSVReader.rows(Array("\u{FEFF}a,b\r\n\"x, \"\"y\"\"\n2\",é,\r\n\r\n,\n".utf8))
    #expect(rows.map { $0.cells.map(\.text) } == [["a", "b"], ["x, \"y\"\n2", "é", ""], ["", ""]])
    #expect(rows[1].cells.map(\.line) == [2, 3, 3] && rows[1].cells.map(\.column) == [1, 4, 6])
    #expect(rows[2].line == 5)
    #expect(try CSVReader.rows(Array("a;b\n1;2,5\n".utf8))[1].cells.map(\.text) == ["1", "2,5"])
    #expect(try CSVReader.rows([0x61, 0x2C, 0xE9, 0x80], encoding: .windows1252)[0].cells.map(\.text) == ["a", "é€"])
  }

  @Test(arguments: [("a,b\n\"x", 2, 1), ("a\n\"x\"y\n", 2, 4), ("a\nx\"y\n", 2, 2)])
  func `is refused at its place when it is no table`(_ text: String, _ line: Int, _ column: Int) {
    do {
      _ = try CSVReader.rows(Array(text.utf8))
      Issue.record("It was taken")
    } catch { #expect((error.line, error.column) == (line, column)) }
  }
}
