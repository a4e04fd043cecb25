import Access
import RecordSchema
import Recruitment
import Testing

@Suite struct `Too much` {
  @Test(arguments: ["application/json", "application/x-ndjson", "text/csv"])
  func `is read no further than is needed to say so`(_ type: String) throws {
    let house = try HiringHouse()
    let body =
      switch type {
      case "text/csv": "first_name\n" + String(repeating: "Ann\n", count: 40_000) + "\"never closed"
      case "application/json": "[0\(String(repeating: ",0", count: 40_000))]"
      default: String(repeating: "0\n", count: 40_000)
      }
    let answer = house.send(body, type: type)
    #expect(answer.status == 422 && answer.body["rows"] == nil)
    #expect(answer.body.text.contains("at most 10000"))
    #expect(try ImportLog(house.host.folder + "/imports.sqlite").entries().map(\.rows) == [10_001])
  }

  @Test func `is not told of one hire`() throws {
    let house = try HiringHouse()
    let unknown = (0..<5000).map { ",\"unknown_\($0)\":1" }.joined()
    let body = hire("A-1").replacing("{\"source_reference\"", with: "{\"new\":1,\"source_reference\"")
      .replacing("\"email\"", with: "\"x\":1\(unknown),\"email\"")
    let answer = house.send(body)
    #expect(answer.body.text.utf8.count < 12_000)
    #expect(answer.body.text.contains("unknown_3") && !answer.body.text.contains("unknown_4999"))
  }

  @Test(arguments: [
    ("application/json", "[" + String(repeating: "0,", count: 1_000_001) + "0]"),
    ("text/csv", "first_name" + String(repeating: ",", count: 5000)),
  ])
  func `in one text or line is no import`(_ type: String, _ body: String) throws {
    #expect(try HiringHouse().send(body, type: type).status == 400)
  }

  @Test func `begins after the last that is enough`() throws {
    #expect(throws: JSONFault.self) { _ = try JSON(reading: Array("[1,2,3]".utf8), valueLimit: 3) }
    #expect(try JSON(reading: Array("[1,2,3]".utf8), valueLimit: 4).text == "[1,2,3]")
    #expect(try CSVReader.rows(Array("a\nb\n\nc\nd\n".utf8), atMost: 3).map { $0.cells[0].text } == ["a", "b", "c"])
  }
}
