import Ledger
import RecordSchema
import Testing

@testable import Publishers

@Suite struct `One endpoint's order` {
  @Test func `a person's later event waits for the earlier one, other people's do not`() throws {
    let rehearsal = try Rehearsal([.init(.personUpdated, 1), .init(.personUpdated, 1), .init(.personUpdated, 2)])
    #expect(try rehearsal.numbers() == [1, 3])
    try rehearsal.answer(1, 200)
    #expect(try rehearsal.numbers() == [2])
  }

  @Test func `unit events come before people's`() throws {
    let rehearsal = try Rehearsal([.init(.unitUpdated, 9), .init(.personUpdated, 1)])
    #expect(try rehearsal.numbers() == [1])
    try rehearsal.answer(1, 200)
    #expect(try rehearsal.numbers() == [2])
  }

  @Test func `unit events bar people of their own commit or day only`() throws {
    let rehearsal = try Rehearsal([
      .init(.personUpdated, 1, part: 0), .init(.unitUpdated, 9, part: 1), .init(.personUpdated, 2, part: 1),
      .init(.personUpdated, 3, part: 2),
    ])
    #expect(try rehearsal.numbers() == [1, 2, 4])
    try rehearsal.answer(2, 400)
    #expect(try rehearsal.numbers() == [])
  }

  @Test func `a unit event that was given up bars nobody`() throws {
    let rehearsal = try Rehearsal([.init(.unitUpdated, 9), .init(.personUpdated, 1)])
    for _ in 0..<10 {
      #expect(try rehearsal.numbers() == [1])
      try rehearsal.answer(1, 400)
      rehearsal.now = rehearsal.now.adding(seconds: 100_000)
    }
    #expect(try rehearsal.states().first == .dead)
    #expect(try rehearsal.numbers() == [2])
  }

  @Test func `no other event overtakes`() throws {
    let rehearsal = try Rehearsal([.init(.personDeactivated, 1), .init(.personUpdated, 1)])
    #expect(try rehearsal.numbers() == [1])
    try rehearsal.answer(1, 400)
    #expect(try rehearsal.numbers() == [])
  }

  @Test func `fresh events go before old failures, which are not forgotten`() throws {
    let rehearsal = try Rehearsal((1...40).map { .init(.personUpdated, $0) })
    let first = try #require(try rehearsal.next())
    try rehearsal.answer([first], 400)
    rehearsal.now = rehearsal.now.adding(seconds: 60)
    var order: [Int] = []
    while let delivery = try rehearsal.next() {
      order.append(delivery.number)
      try rehearsal.answer([delivery], 200)
    }
    #expect(order.count == 40)
    #expect(order[0] == 2)
    #expect(try #require(order.firstIndex(of: 1)) < 16)
  }

  @Test func `a thousand events that are refused keep nobody else's waiting`() throws {
    let rehearsal = try Rehearsal((1...1000).map { .init(.personUpdated, $0) })
    while let delivery = try rehearsal.next() { try rehearsal.answer([delivery], 400) }
    try rehearsal.publish([.init(.personUpdated, 2000), .init(.personUpdated, 5)])
    #expect(try rehearsal.next()?.recordID == 2000)
    #expect(try rehearsal.next() == nil, "5 waits for its own earlier event")
    let again = Rehearsal.restarted(rehearsal)
    #expect(try again.next()?.recordID == 2000, "also when the process began anew")
  }

  @Test func `nothing is due while as much is under way as may be`() throws {
    let rehearsal = try Rehearsal((1...5).map { .init(.personUpdated, $0) })
    #expect(rehearsal.lane.nextDue(at: rehearsal.now, isEager: false) == rehearsal.now)
    #expect(try rehearsal.numbers() == [1, 2, 3, 4])
    #expect(rehearsal.lane.nextDue(at: rehearsal.now, isEager: false) == nil)
    try rehearsal.answer(1, 200)
    #expect(rehearsal.lane.nextDue(at: rehearsal.now, isEager: false) == rehearsal.now)
  }

  @Test func `what is requeued goes before later events of the same person`() throws {
    let rehearsal = try Rehearsal([.init(.personUpdated, 1), .init(.personUpdated, 1)])
    let first = try #require(try rehearsal.next())
    try rehearsal.answer([first], 200)
    try rehearsal.ledger.requeue([first.id], at: rehearsal.now)
    rehearsal.lane.lookAgain()
    #expect(try rehearsal.numbers() == [1])
    try rehearsal.answer(1, 200)
    #expect(try rehearsal.numbers() == [2])
  }
}

@Suite struct `A deactivation` {
  @Test func `overtakes what failed once, and supersedes it`() throws {
    let rehearsal = try Rehearsal([
      .init(.personUpdated, 1), .init(.personDeactivated, 1), .init(.personUnitRemoved, 1),
    ])
    #expect(try rehearsal.numbers() == [1], "not before the first attempt ended")
    try rehearsal.answer(1, 503)
    #expect(try rehearsal.numbers() == [2])
    try rehearsal.answer(2, 200)
    #expect(try rehearsal.states() == [.superseded, .delivered, .pending])
    #expect(try rehearsal.numbers() == [3])
  }

  @Test func `overtakes also when several wait`() throws {
    let rehearsal = try Rehearsal([.init(.personUpdated, 1), .init(.personUpdated, 1), .init(.personDeactivated, 1)])
    #expect(try rehearsal.numbers() == [1])
    try rehearsal.answer(1, 400)
    #expect(try rehearsal.numbers() == [3])
    try rehearsal.answer(3, 200)
    #expect(try rehearsal.states() == [.superseded, .superseded, .delivered])
  }

  @Test func `that comes while an earlier event waits for hours goes at once`() throws {
    let rehearsal = try Rehearsal([.init(.personUpdated, 1)])
    for _ in 0..<4 {
      #expect(try rehearsal.numbers() == [1])
      try rehearsal.answer(1, 400)
      rehearsal.now = rehearsal.now.adding(seconds: 2000)
    }
    #expect(try rehearsal.numbers() == [])
    try rehearsal.publish([.init(.personDeactivated, 1)])
    let urgent = try #require(try rehearsal.next())
    #expect(urgent.name == "person.deactivated")
    try rehearsal.answer([urgent], 503)
    #expect(try rehearsal.next() == nil, "then by its own schedule")
    rehearsal.now = rehearsal.now.adding(seconds: 6)
    #expect(try rehearsal.next()?.id == urgent.id)
  }

  @Test func `far behind thousands of others goes first, after what is before it in its own queue`() throws {
    var events = (1...3000).map { Rehearsal.Event(.personUpdated, $0) }
    events += [.init(.personUpdated, 2999), .init(.personDeactivated, 2999)]
    let rehearsal = try Rehearsal(events)
    for number in [2999, 3001, 3002] {
      let delivery = try #require(try rehearsal.next())
      #expect(delivery.number == number)
      try rehearsal.answer([delivery], 200)
    }
    #expect(try rehearsal.next()?.number == 1)
  }

  @Test func `overtakes a failed unit event that bars it, also through another unit event`() throws {
    let rehearsal = try Rehearsal([
      .init(.unitUpdated, 9, part: 0), .init(.unitUpdated, 9, part: 1), .init(.personDeactivated, 1, part: 1),
    ])
    #expect(try rehearsal.numbers() == [1])
    try rehearsal.answer(1, 400)
    #expect(try rehearsal.numbers() == [3])
  }

  @Test func `does not overtake a unit event under way`() throws {
    let rehearsal = try Rehearsal([.init(.unitUpdated, 9)])
    #expect(try rehearsal.numbers() == [1])
    try rehearsal.answer(1, 400)
    rehearsal.now = rehearsal.now.adding(seconds: 60)
    #expect(try rehearsal.numbers() == [1])
    try rehearsal.publish([.init(.unitUpdated, 8), .init(.personDeactivated, 1)])
    let unit = try #require(try rehearsal.next())
    #expect(unit.recordID == 8)
    #expect(try rehearsal.next() == nil)
    try rehearsal.answer([unit], 400)
    #expect(try rehearsal.next()?.name == "person.deactivated")
  }

  @Test func `goes through an open circuit, once, alone`() throws {
    let rehearsal = try Rehearsal((1...10).map { .init(.personUpdated, $0) })
    while let delivery = try rehearsal.next() { try rehearsal.answer([delivery], 503) }
    try rehearsal.publish([.init(.personDeactivated, 20), .init(.personDeactivated, 21)])
    let probe = try #require(try rehearsal.next())
    #expect(probe.recordID == 20)
    #expect(try rehearsal.next() == nil)
    try rehearsal.answer([probe], nil)
    #expect(try rehearsal.next() == nil, "the others wait for the next pause")
  }
}

@Suite struct `Lanes under chance` {
  @Test(arguments: 1...24)
  func `lose nothing, repeat nothing, keep the order, and hurry what is urgent`(seed: Int) throws {
    var trial = try LaneTrial(seed: seed)
    try trial.run()
  }

  @Test(arguments: 101...124)
  func `do so also when they hear of results later than the ledger`(seed: Int) throws {
    var trial = try LaneTrial(seed: seed, isSlow: true)
    try trial.run()
  }
}
