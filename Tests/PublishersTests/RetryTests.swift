import RecordSchema
import TestSupport
import Testing

@testable import Publishers

@Suite struct `Retry times` {
  @Test func `follow the schedule, within the declared jitter, and end`() throws {
    let now = Instant(seconds: 1_000_000)
    for (step, delay) in RetrySchedule.delays.enumerated() {
      for random in [0.0, 0.5, 1.0] {
        let next = try #require(RetrySchedule.next(after: step, at: now, retryAfter: nil, random: random))
        let wait = next.milliseconds - now.milliseconds
        #expect((delay * 1000...delay * 1100).contains(wait))
      }
    }
    #expect(RetrySchedule.next(after: RetrySchedule.delays.count, at: now, retryAfter: nil, random: 0) == nil)
  }

  @Test func `are spread over the whole jitter, however often they are drawn`() throws {
    let now = Instant(seconds: 1_000_000)
    var random = SeededRandom(1)
    for (step, delay) in RetrySchedule.delays.enumerated() {
      let extras = (0..<10_000).compactMap { _ in
        RetrySchedule.next(after: step, at: now, retryAfter: nil, random: Double.random(in: 0...1, using: &random))
          .map { $0.milliseconds - now.milliseconds - delay * 1000 }
      }
      #expect(extras.count == 10_000)
      #expect(extras.allSatisfy { (0...delay * 100).contains($0) })
      #expect(Set(extras.map { $0 * 10 / (delay * 100 + 1) }) == Set(0..<10), "in every tenth")
    }
  }

  @Test func `heed Retry-After up to a day`() throws {
    let now = Instant(seconds: 1_000_000)
    func wait(_ seconds: Int64) throws -> Int64 {
      try #require(RetrySchedule.next(after: 0, at: now, retryAfter: seconds, random: 0)).seconds - now.seconds
    }
    #expect(try wait(120) == 120)
    #expect(try wait(1) == 5, "never sooner than the schedule")
    #expect(try wait(10_000_000) == 86_400)
  }

  @Test(
    arguments: [
      ("120", 120), (" 7", nil), ("0", 0), ("99999999999999999999", 86_400), ("Mon, 12 Jan 1970 13:47:40 GMT", 60),
      ("Monday, 12-Jan-1970 13:47:40 GMT", 60), ("Sun, 11 Jan 1970 00:00:00 GMT", 0),
      ("Fri, 31 Dec 2100 23:59:59 GMT", 86_400),
      ("soon", nil), ("", nil), ("-5", nil),
    ] as [(String, Int64?)])
  func `come from seconds and from dates`(text: String, seconds: Int64?) {
    #expect(RetryAfter.seconds(text, at: Instant(seconds: 1_000_000)) == seconds)
  }
}
