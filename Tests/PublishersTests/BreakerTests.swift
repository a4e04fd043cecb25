import RecordSchema
import Testing

@testable import Publishers

@Suite struct `A circuit` {
  private let start = Instant(seconds: 1_000_000)

  private func opened(at now: Instant) -> CircuitBreaker {
    var breaker = CircuitBreaker()
    for _ in 0..<5 { breaker.failed(at: now, random: 0.5) }
    return breaker
  }

  @Test func `opens after five failures in a row, not after five in all`() {
    var breaker = CircuitBreaker()
    for round in 0..<20 {
      if round % 5 == 4 { breaker.answered() } else { breaker.failed(at: start, random: 0.5) }
      #expect(breaker.isClosed)
    }
    #expect(breaker.limit(4, at: start) == 4)
    #expect(opened(at: start).state == .open(until: start.adding(seconds: 30)))
  }

  @Test func `lets one request find out when the pause is over`() {
    var breaker = opened(at: start)
    #expect(breaker.limit(4, at: start.adding(seconds: 29)) == 0)
    #expect(breaker.limit(4, at: start.adding(seconds: 30)) == 1)
    #expect(breaker.state == .halfOpen)
    breaker.answered()
    #expect(breaker.limit(4, at: start.adding(seconds: 30)) == 4)
  }

  @Test func `doubles its pause up to ten minutes, and begins anew after an answer`() {
    var breaker = opened(at: start)
    var pauses: [Int64] = []
    var now = start
    while pauses.count < 7, let end = breaker.opensAgain {
      pauses.append(end.seconds - now.seconds)
      now = end
      _ = breaker.limit(4, at: now)
      breaker.failed(at: now, random: 0.5)
    }
    #expect(pauses == [30, 60, 120, 240, 480, 600, 600])
    breaker.answered()
    for _ in 0..<5 { breaker.failed(at: now, random: 0.5) }
    #expect(breaker.opensAgain == now.adding(seconds: 30))
  }

  @Test func `varies its pause by a fifth`() {
    for (random, milliseconds) in [(0.0, 24_000), (1.0, 36_000)] {
      var breaker = CircuitBreaker()
      for _ in 0..<5 { breaker.failed(at: start, random: random) }
      #expect(breaker.opensAgain == start.adding(milliseconds: Int64(milliseconds)))
    }
  }

  @Test func `is not held open longer by what was sent before it opened`() {
    var breaker = opened(at: start)
    let end = breaker.opensAgain
    breaker.failed(at: start.adding(seconds: 20), random: 0.5)
    #expect(breaker.opensAgain == end)
  }
}

@Suite struct `A throttle` {
  private let start = Instant(seconds: 1_000_000)

  @Test func `halves what goes side by side, and widens slowly`() {
    var throttle = Throttle()
    var widths: [Int] = []
    for _ in 0..<3 {
      throttle.narrow(at: start, retryAfter: nil)
      widths.append(throttle.parallel)
    }
    #expect(widths == [2, 1, 1])
    for _ in 0..<15 { throttle.succeeded() }
    #expect(throttle.parallel == 1)
    for _ in 0..<100 { throttle.succeeded() }
    #expect(throttle.parallel == 4)
  }

  @Test func `pauses the endpoint as long as it asks, at most a day`() {
    var throttle = Throttle()
    throttle.narrow(at: start, retryAfter: 120)
    throttle.narrow(at: start, retryAfter: 5)
    #expect(throttle.pausedUntil == start.adding(seconds: 120))
    throttle.narrow(at: start, retryAfter: .max)
    #expect(throttle.pausedUntil == start.adding(seconds: 86_400))
  }

  @Test(arguments: [
    (429, false, true), (502, false, true), (504, false, true), (503, true, true), (503, false, false),
    (500, true, false), (400, true, false), (200, true, false),
  ])
  func `knows who means it`(status: Int, hasRetryAfter: Bool, isMeant: Bool) {
    #expect(Throttle.isMeant(by: status, hasRetryAfter: hasRetryAfter) == isMeant)
  }

  @Test func `keeps a lane from sending until the endpoint's time has come`() throws {
    let rehearsal = try Rehearsal((1...10).map { .init(.personUpdated, $0) })
    #expect(try rehearsal.numbers() == [1, 2, 3, 4])
    try rehearsal.answer(1, 503, retryAfter: "120")
    try rehearsal.answer(2, 200)
    #expect(try rehearsal.numbers() == [])
    try rehearsal.answer(3, 200)
    try rehearsal.answer(4, 200)
    #expect(rehearsal.lane.nextDue(at: rehearsal.now, isEager: false) == rehearsal.now.adding(seconds: 120))
    rehearsal.now = rehearsal.now.adding(seconds: 120)
    #expect(try rehearsal.numbers() == [5, 6])
  }
}
