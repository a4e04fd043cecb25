import FileStore
import Ledger
import RecordSchema
import TestSupport
import Testing

@testable import Publishers

/// One lane over a real ledger, with a made-up endpoint and a clock that the test moves.
final class Rehearsal {
  static let start = Instant(seconds: 1_000_000)
  static let target = "webhook/a"

  struct Event {
    var name: EventName
    var record: Int
    var part = 0

    init(_ name: EventName, _ record: Int, part: Int = 0) {
      self.name = name
      self.record = record
      self.part = part
    }

    var kind: RecordKind { name.rawValue.hasPrefix("unit.") ? .unit : .person }
  }

  let ledger: Ledger
  let lane = Lane(
    Endpoint(target: Rehearsal.target, url: "http://127.0.0.1:1/", organisation: 1, secrets: [], fault: nil))
  var now = Rehearsal.start
  var isEager = false
  var random = { 0.5 }
  /// The lane hears of results only by `settle`, some time after the ledger has them.
  var isSlow = false
  private var recorded: [AttemptResult] = []
  private let scratch: Scratch
  private var underway: [Int64: (delivery: Delivery, started: Instant)] = [:]

  /// The same ledger in a new process.
  static func restarted(_ old: Rehearsal) -> Rehearsal { Rehearsal(after: old) }

  private init(after old: Rehearsal) {
    (scratch, ledger, now) = (old.scratch, old.ledger, old.now)
  }

  init(_ events: [Event] = []) throws {
    scratch = try Scratch()
    ledger = try Ledger.open(scratch.path + "/ledger.sqlite")
    if !events.isEmpty { try publish(events) }
  }

  func publish(_ events: [Event]) throws {
    let position = try ledger.position() + 1
    try ledger.recordPublication(
      position: position, kind: "forward", from: nil, to: "c0ffee", settled: CalendarDate(dayNumber: 20_000),
      acknowledged: [:], at: now
    ) { writer in
      for (index, event) in events.enumerated() {
        try writer.add(
          NewDelivery(
            target: Rehearsal.target, eventID: "id-\(position)-\(index)", number: index + 1, part: event.part,
            name: event.name.rawValue, kind: event.kind, recordID: event.record, subject: "S", format: .staffService,
            happened: now, body: [1]))
      }
    }
    lane.wake()
  }

  /// The next delivery that may go; it is under way then.
  func next() throws -> Delivery? {
    try ledger.queue { queue in
      try lane.fill(from: queue)
      guard let row = lane.next(at: now, isEager: isEager) else { return nil }
      let delivery = try #require(try queue.delivery(row.id))
      underway[row.id] = (delivery, now)
      return delivery
    }
  }

  /// The numbers of what may go side by side.
  func numbers() throws -> [Int] {
    var numbers: [Int] = []
    while let delivery = try next() { numbers.append(delivery.number) }
    return numbers
  }

  /// The endpoint's answer to what is under way, recorded.
  func answer(_ number: Int, _ status: Int?, retryAfter: String? = nil) throws {
    let (delivery, _) = try #require(underway.values.first { $0.delivery.number == number })
    try answer([delivery], status, retryAfter: retryAfter)
  }

  func answer(_ deliveries: [Delivery], _ status: Int?, retryAfter: String? = nil) throws {
    let results = try deliveries.map { delivery in
      let started = try #require(underway[delivery.id]).started
      underway[delivery.id] = nil
      let outcome = Transfers.Outcome(
        tag: delivery.id, status: status, error: nil, retryAfter: retryAfter, milliseconds: 1)
      let verdict = Verdict(outcome, at: now)
      lane.ended(verdict, at: now, random: random())
      return AttemptResult(delivery, outcome, verdict, started: started, at: now, random: random())
    }
    try ledger.record(results)
    recorded += results
    if !isSlow { try settle() }
  }

  /// The lane hears of what the ledger has by now.
  func settle() throws {
    defer { recorded = [] }
    try ledger.queue { queue in
      for result in recorded {
        if result.state == .pending {
          try lane.failed(result.delivery.id, next: result.nextAttempt, queue)
        } else {
          try lane.finished(result.delivery.id, queue)
        }
      }
    }
  }

  func states() throws -> [Delivery.State] {
    try ledger.deliveries(.init(limit: .max)).reversed().map(\.state)
  }
}
