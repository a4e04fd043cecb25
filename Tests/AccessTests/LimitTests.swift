import Access
import RecordSchema
import TestSupport
import Testing

@Suite struct `Rate limits` {
  private let start = Instant(seconds: 1_800_000_000)

  @Test func `An answer tells the quotas and what is left of them`() {
    let limits = RateLimits()
    let answer = limits.take("hr", at: start)
    #expect(answer.isAllowed)
    #expect(answer.policies == #""minute";q=600;w=60, "day";q=100000;w=86400"#)
    #expect(answer.limit == #""minute";r=599;t=60"#)
    #expect(answer.retryAfter == nil)
    #expect(answer.exceeded == [])
    #expect(limits.take("hr", at: start.adding(milliseconds: 30_001)).limit == #""minute";r=598;t=30"#)
  }

  @Test func `One request too many waits for the next minute`() {
    let limits = RateLimits(.init(perMinute: 3, perDay: 0))
    for _ in 0..<3 { #expect(limits.take("hr", at: start).isAllowed) }
    let refused = limits.take("hr", at: start.adding(seconds: 20))
    #expect(!refused.isAllowed)
    #expect(refused.retryAfter == 40)
    #expect(refused.exceeded == ["minute"])
    #expect(refused.limit == #""minute";r=0;t=40"#)
    #expect(refused.policies == #""minute";q=3;w=60"#)
    #expect(!limits.take("hr", at: start.adding(milliseconds: 59_999)).isAllowed)
    #expect(limits.take("hr", at: start.adding(seconds: 60)).isAllowed)
  }

  @Test func `The day's quota is told when it runs out first`() {
    let limits = RateLimits(.init(perMinute: 100, perDay: 5))
    #expect(limits.take("hr", at: start).limit == #""day";r=4;t=86400"#)
    for minute in 1...4 { #expect(limits.take("hr", at: start.adding(seconds: Int64(minute) * 60)).isAllowed) }
    let refused = limits.take("hr", at: start.adding(seconds: 600))
    #expect(refused.exceeded == ["day"])
    #expect(refused.retryAfter == 86_400 - 600)
    #expect(limits.take("hr", at: start.adding(seconds: 86_400)).isAllowed)
  }

  @Test func `What is refused counts for nothing`() {
    let limits = RateLimits(.init(perMinute: 1, perDay: 3))
    for minute in 0..<3 {
      let time = start.adding(seconds: Int64(minute) * 60)
      #expect(limits.take("hr", at: time).isAllowed)
      for _ in 0..<10 { #expect(limits.take("hr", at: time).exceeded.contains("minute")) }
    }
    #expect(limits.take("hr", at: start.adding(seconds: 180)).exceeded == ["day"])
  }

  @Test func `Each key has its own`() {
    let limits = RateLimits(.init(perMinute: 1, perDay: 0))
    #expect(limits.take("hr", at: start).isAllowed)
    #expect(!limits.take("hr", at: start).isAllowed)
    #expect(limits.take("finance", at: start).isAllowed)
  }

  @Test func `Without quotas nothing is limited and nothing is told`() {
    let limits = RateLimits(.init(perMinute: 0, perDay: 0))
    for _ in 0..<1000 {
      let answer = limits.take("hr", at: start)
      #expect(answer.isAllowed && answer.policies == nil && answer.limit == nil)
    }
  }

  @Test func `Other quotas hold at once, and what was used stays used`() {
    let limits = RateLimits(.init(perMinute: 2, perDay: 0))
    for _ in 0..<2 { #expect(limits.take("hr", at: start).isAllowed) }
    limits.change(to: .init(perMinute: 3, perDay: 0))
    #expect(limits.take("hr", at: start).limit == #""minute";r=0;t=60"#)
    #expect(!limits.take("hr", at: start).isAllowed)
    limits.change(to: .init(perMinute: 1, perDay: 0))
    #expect(limits.take("hr", at: start).limit == #""minute";r=0;t=60"#)
  }

  @Test func `A clock that is set back locks nobody out`() {
    let limits = RateLimits(.init(perMinute: 1, perDay: 0))
    #expect(limits.take("hr", at: start).isAllowed)
    #expect(limits.take("hr", at: start.adding(seconds: -3600)).isAllowed)
  }

  @Test func `Many threads at once get no more than there is`() async {
    let limits = RateLimits(.init(perMinute: 500, perDay: 0))
    let start = start
    let allowed = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask { (0..<200).count { _ in limits.take("hr", at: start).isAllowed } }
      }
      return await group.reduce(0, +)
    }
    #expect(allowed == 500)
  }
}

@Suite struct `Throttling of failures` {
  private let start = Instant(seconds: 1_800_000_000)

  @Test func `Twenty failures a minute are answered, then an address waits`() {
    let throttle = FailureThrottle()
    for _ in 0..<20 { #expect(throttle.failed(from: "192.0.2.7", at: start) == nil) }
    #expect(throttle.failed(from: "192.0.2.7", at: start.adding(seconds: 15)) == 45)
    #expect(throttle.failed(from: "192.0.2.8", at: start) == nil)
    #expect(throttle.failed(from: "192.0.2.7", at: start.adding(milliseconds: 59_999)) == 1)
    #expect(throttle.failed(from: "192.0.2.7", at: start.adding(seconds: 60)) == nil)
  }

  @Test func `Who asks how long to wait does not fail by it`() {
    let throttle = FailureThrottle(limit: 2)
    for _ in 0..<3 { #expect(throttle.pause(for: "192.0.2.7", at: start) == nil) }
    for _ in 0..<2 { #expect(throttle.failed(from: "192.0.2.7", at: start) == nil) }
    #expect(throttle.pause(for: "192.0.2.7", at: start.adding(seconds: 15)) == 45)
    #expect(throttle.pause(for: "192.0.2.8", at: start) == nil)
    #expect(throttle.pause(for: "192.0.2.7", at: start.adding(seconds: 60)) == nil)
  }

  @Test(arguments: [
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
    ("192.0.2.7", "::ffff:192.0.2.7", true), ("fe80::1%eth0", "fe80::1", true), ("192.0.2.7", "192.0.2.8", false),
    ("unix socket", "something else", true),
  ])
  func `Addresses of one owner count as one`(_ first: String, _ second: String, _ isSame: Bool) {
    let throttle = FailureThrottle(limit: 1)
    #expect(throttle.failed(from: first, at: start) == nil)
    #expect((throttle.failed(from: second, at: start) != nil) == isSame)
  }

  @Test func `Those who fail most are remembered through a flood of addresses`() {
    let throttle = FailureThrottle(limit: 20, seconds: 60, places: 64)
    for _ in 0..<21 { _ = throttle.failed(from: "192.0.2.7", at: start) }
    for number in 0..<100_000 {
      _ = throttle.failed(from: "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)", at: start)
    }
    #expect(throttle.failed(from: "192.0.2.7", at: start) != nil)
  }

  @Test func `A place whose minute is over is free for another`() {
    let throttle = FailureThrottle(limit: 1, seconds: 60, places: 1)
    for number in 1...4 { #expect(throttle.failed(from: "192.0.2.\(number)", at: start) == nil) }
    for number in 1...4 { #expect(throttle.failed(from: "192.0.2.\(number)", at: start) != nil) }
    let later = start.adding(seconds: 61)
    for number in 5...8 { #expect(throttle.failed(from: "192.0.2.\(number)", at: later) == nil) }
    for number in 5...8 { #expect(throttle.failed(from: "192.0.2.\(number)", at: later) != nil) }
  }
}
