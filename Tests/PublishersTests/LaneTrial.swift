import Ledger
import RecordSchema
import TestSupport
import Testing

@testable import Publishers

/// Random publications to an endpoint that fails now and then, and what must hold all the time.
struct LaneTrial {
  private var random: SeededRandom
  private let rehearsal: Rehearsal
  private var underway: [Delivery] = []
  private var delivered: Set<Int64> = []
  private var newest: [String: (Int, Int)] = [:]
  private var publications = 0

  /// - Parameter isSlow: the ledger is ahead of what the lane knows, as it is beside a thread that records.
  init(seed: Int, isSlow: Bool = false) throws {
    random = SeededRandom(seed)
    rehearsal = try Rehearsal()
    rehearsal.isSlow = isSlow
  }

  mutating func run() throws {
    var quiet = 0
    while quiet < 2 {
      if publications < 12, random.oneIn(10) { try publish() }
      if underway.isEmpty || random.oneIn(3) { try rehearsal.settle() }
      let wasIdle = underway.isEmpty
      let started = try startSome()
      try answerSome()
      if wasIdle, !started, publications >= 12 || Bool.random(using: &random) {
        try nothingUrgentRests()
        let next = rehearsal.lane.nextDue(at: rehearsal.now, isEager: false)
        quiet = next == nil && publications >= 12 ? quiet + 1 : 0
        if let next { rehearsal.now = max(next, rehearsal.now.adding(milliseconds: 1)) }
      }
    }
    try everythingEnded()
  }

  private mutating func publish() throws {
    publications += 1
    var events: [Rehearsal.Event] = []
    for part in 0..<Int.random(in: 1...3, using: &random) {
      for _ in 0..<Int.random(in: 0...1, using: &random) {
        events.append(.init(.unitUpdated, Int.random(in: 1...3, using: &random), part: part))
      }
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let name: EventName = random.oneIn(6) ? .personDeactivated : .personUpdated
        events.append(.init(name, Int.random(in: 1...12, using: &random), part: part))
      }
    }
    try rehearsal.publish(events)
  }

  private mutating func startSome() throws -> Bool {
    var started = false
    while !random.oneIn(4) || underway.isEmpty {
      guard let delivery = try rehearsal.next() else { break }
      started = true
      #expect(!delivered.contains(delivery.id), "nothing is sent again after it was taken")
      #expect(!underway.contains { key($0) == key(delivery) }, "one at a time for each record")
      if delivery.kind == "person", delivery.name != "person.deactivated" {
        let unit = try rehearsal.ledger.queue {
          try $0.firstUnitEvent(for: Rehearsal.target, position: delivery.position, part: delivery.part)
        }
        #expect(unit.map { $0.number > delivery.number } ?? true, "units first")
      }
      underway.append(delivery)
    }
    return started
  }

  /// In one transaction, like a round's results.
  private mutating func answerSome() throws {
    underway.shuffle(using: &random)
    let ended = Array(underway.prefix(Int.random(in: 0...underway.count, using: &random)))
    underway.removeFirst(ended.count)
    var failing: [Delivery] = []
    for delivery in ended where random.oneIn(10) { failing.append(delivery) }
    let taken = ended.filter { delivery in !failing.contains { $0.id == delivery.id } }
    for delivery in taken {
      let place = (delivery.position, delivery.number)
      #expect(newest[key(delivery)].map { $0 < place } ?? true, "in order")
      newest[key(delivery)] = place
      delivered.insert(delivery.id)
    }
    try rehearsal.answer(taken, 200)
    try rehearsal.answer(failing, Bool.random(using: &random) ? 400 : 503)
    rehearsal.now = rehearsal.now.adding(milliseconds: Int64.random(in: 0...200, using: &random))
  }

  private func key(_ delivery: Delivery) -> String { "\(delivery.kind):\(delivery.recordID)" }

  /// With nothing under way and the endpoint not down, whoever is to be deactivated was tried.
  private func nothingUrgentRests() throws {
    guard rehearsal.lane.isCircuitClosed, rehearsal.lane.isExhausted else { return }
    for delivery in try rehearsal.ledger.deliveries(.init(state: .pending, limit: .max))
    where delivery.name == "person.deactivated" {
      let later = try rehearsal.ledger.queue {
        try $0.lastDeactivation(for: Rehearsal.target, person: delivery.recordID)
      }
      #expect(delivery.lastError != nil || later?.id != delivery.id, "tried at once")
    }
  }

  private func everythingEnded() throws {
    let all = try rehearsal.ledger.deliveries(.init(limit: .max))
    for delivery in all {
      switch delivery.state {
      case .delivered: #expect(delivered.contains(delivery.id))
      case .superseded:
        #expect(
          all.contains {
            $0.state == .delivered && $0.name == "person.deactivated" && key($0) == key(delivery)
              && ($0.position, $0.number) > (delivery.position, delivery.number)
          })
      default: Issue.record("\(delivery.number) is \(delivery.state)")
      }
    }
  }
}
