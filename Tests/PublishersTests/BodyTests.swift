import RecordSchema
import Testing

@testable import Publishers

@Suite struct `Bodies` {
  private func envelope(data: Int, changes: Int) -> JSON {
    func text(_ count: Int) -> JSON { .string(String(repeating: "x", count: count)) }
    return [
      "id": "1", "event": "person.updated", "timestamp": "2026-01-15T10:30:00Z",
      "data": ["id": 17, "employee_reference": "EMP017", "job_title": text(data), "is_active": false],
      "changes": ["job_title": ["old": text(changes), "new": text(1)]],
    ]
  }

  private func body(_ envelope: JSON, _ format: Subscription.Format = .staffService) -> String {
    String(
      decoding: Endpoint.body(envelope, format: format, organisation: 1, subject: "person:17"), as: UTF8.self)
  }

  @Test func `that fit stay as they are`() {
    let envelope = envelope(data: 60_000, changes: 10)
    #expect(body(envelope) == envelope.text)
  }

  @Test func `that do not fit lose their changes first, and say so`() {
    let text = body(envelope(data: 10_000, changes: 60_000))
    #expect(text.utf8.count < 11_000)
    #expect(text.hasSuffix(#""is_active":false},"changes":{},"thinned":true}"#))
    #expect(text.contains("xxx"))
  }

  @Test func `that still do not fit keep whom they are about`() {
    #expect(
      body(envelope(data: 70_000, changes: 60_000))
        == #"{"id":"1","event":"person.updated","timestamp":"2026-01-15T10:30:00Z","data":{"id":17,"employee_reference":"EMP017","is_active":false},"changes":{},"thinned":true}"#
    )
  }

  @Test func `are measured with what the format puts around them`() {
    let length = envelope(data: 0, changes: 0).bytes.count
    let envelope = envelope(data: 0, changes: Thinning.limit - length)
    #expect(envelope.bytes.count == Thinning.limit)
    #expect(body(envelope) == envelope.text)
    let structured = body(envelope, .cloudEventsStructured)
    #expect(structured.hasSuffix(#""changes":{},"thinned":true}}"#))
  }

  @Test(arguments: [
    ("urn:a:1", "urn:a:1"), ("a b", "a%20b"), ("50%", "50%25"), ("\"", "%22"), ("é€", "%C3%A9%E2%82%AC"),
    ("\r\n", "%0D%0A"),
  ])
  func `have attributes in headers as the binding encodes them`(text: String, encoded: String) {
    #expect(CloudEvents.headerValue(text) == encoded)
  }
}
