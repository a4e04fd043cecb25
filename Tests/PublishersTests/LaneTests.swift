import FileStore
import Ledger
import RecordSchema
import TestSupport
import Testing

@testable import Publishers

/// A ledger with deliveries to one endpoint: (event, kind, record), in order.
private func ledger(_ events: [(EventName, RecordKind, Int)], in scratch: Scratch) throws -> Ledger {
  let ledger = try Ledger.open(scratch.path + "/ledger.sqlite")
  let day = CalendarDate(dayNumber: 20_000)
  try ledger.recordPublication(
    position: 1, kind: "forward", from: nil, to: "c0ffee", settled: day, acknowledged: [:], at: start
  ) { writer in
    for (index, (name, kind, record)) in events.enumerated() {
      try writer.add(
        NewDelivery(
          target: "webhook/a", eventID: "id-\(index)", number: index + 1, name: name.rawValue, kind: kind,
          recordID: record, subject: "S", format: .staffService, happened: start, body: []))
    }
  }
  return ledger
}

private let start = Instant(seconds: 1_000_000)
private let endpoint = Endpoint(
  target: "webhook/a", url: "http://127.0.0.1:1/", organisation: 1, secrets: [], fault: nil)

@Suite struct `One endpoint's order` {
  private func lane(_ events: [(EventName, RecordKind, Int)]) throws -> Lane {
    let scratch = try Scratch()
    var lane = Lane(endpoint)
    try lane.fill(from: try ledger(events, in: scratch))
    return lane
  }

  private func next(_ lane: inout Lane) -> Int? {
    lane.next(at: start, isEager: true)?.number
  }

  private func next(_ lane: inout Lane, at time: Instant) throws -> Delivery {
    let delivery = lane.next(at: time, isEager: true)
    return try #require(delivery)
  }

  @Test func `a person's later event waits for the earlier one, other people's do not`() throws {
    var lane = try lane([(.personUpdated, .person, 1), (.personUpdated, .person, 1), (.personUpdated, .person, 2)])
    let atFirst = [next(&lane), next(&lane), next(&lane)]
    #expect(atFirst == [1, 3, nil])
    lane.tookFirst(1)
    let later = next(&lane)
    #expect(later == 2)
  }

  @Test func `unit events come before people's`() throws {
    var lane = try lane([(.unitUpdated, .unit, 9), (.personUpdated, .person, 1)])
    let atFirst = [next(&lane), next(&lane)]
    #expect(atFirst == [1, nil])
    lane.tookFirst(1)
    let later = next(&lane)
    #expect(later == 2)
  }

  @Test func `a person.deactivated overtakes what failed once, and supersedes it`() throws {
    var lane = try lane([
      (.personUpdated, .person, 1), (.personDeactivated, .person, 1), (.personUnitRemoved, .person, 1),
    ])
    let first = try next(&lane, at: start)
    let tooEarly = next(&lane)
    #expect(tooEarly == nil, "not before the first attempt ended")
    lane.failOnce(first)
    let urgent = try next(&lane, at: start)
    #expect(urgent.name == "person.deactivated")
    let overtaken = lane.succeeded(urgent)
    #expect(overtaken.map(\.number) == [1])
    let rest = next(&lane)
    #expect(rest == 3)
  }

  @Test func `a person.deactivated overtakes also when several wait`() throws {
    var lane = try lane([
      (.personUpdated, .person, 1), (.personUpdated, .person, 1), (.personDeactivated, .person, 1),
    ])
    let first = try next(&lane, at: start)
    lane.failOnce(first, isDown: false)
    let urgent = try next(&lane, at: start)
    #expect(urgent.number == 3)
    let overtaken = lane.succeeded(urgent)
    #expect(overtaken.map(\.number) == [1, 2])
  }

  @Test func `events that are refused do not keep other people's waiting`() throws {
    var lane = try lane((1...6).map { (.personUpdated, .person, $0) })
    for _ in 0..<4 {
      let delivery = try next(&lane, at: start)
      lane.failOnce(delivery, isDown: false)
    }
    let others = [next(&lane), next(&lane)]
    #expect(others == [5, 6])
  }

  @Test func `no other event overtakes`() throws {
    var lane = try lane([(.personDeactivated, .person, 1), (.personUpdated, .person, 1)])
    let first = try next(&lane, at: start)
    lane.failOnce(first)
    let blocked = next(&lane)
    #expect(blocked == nil)
  }

  @Test func `three failures in a row pause the endpoint`() throws {
    var lane = try lane((1...5).map { (.personUpdated, .person, $0) })
    for _ in 0..<3 {
      let delivery = try next(&lane, at: start)
      lane.failOnce(delivery)
    }
    let blocked = next(&lane)
    #expect(blocked == nil)
    let afterPause = start.adding(seconds: 5)
    let probe = lane.next(at: afterPause, isEager: true)
    #expect(probe != nil, "a probe, when the pause is over")
    let second = lane.next(at: afterPause, isEager: true)
    #expect(second == nil, "one at a time")
  }
}

extension Lane {
  /// The delivery with this number was taken.
  fileprivate mutating func tookFirst(_ number: Int) {
    if let delivery = window.first(where: { $0.number == number }) { _ = succeeded(delivery) }
  }

  fileprivate mutating func failOnce(_ delivery: Delivery, isDown: Bool = true) {
    var delivery = delivery
    delivery.attempts += 1
    delivery.nextAttempt = start.adding(seconds: 5)
    failed(delivery, next: delivery.nextAttempt, isDown: isDown)
  }
}
