import Addresses
import Foundation
import GRDB
import RecordSchema
import TestSupport
import Testing

@testable import Ledger
@testable import Publishers

/// A courier over real HTTP to endpoints on loopback, with a clock that can be set forward.
private final class Round {
  let ledger: Ledger
  private let scratch: Scratch
  private var ahead: Int64 = 0
  private(set) var told: [String] = []
  private(set) var courier: Courier?
  private let begin = Date()

  init(_ path: String? = nil) throws {
    scratch = try Scratch()
    ledger = try Ledger.open(path ?? scratch.path + "/ledger.sqlite")
  }

  var now: Instant {
    Instant(seconds: 1_800_000_000).adding(milliseconds: ahead + Int64(Date().timeIntervalSince(begin) * 1000))
  }

  func setForward(seconds: Int64) { ahead += seconds * 1000 }

  func publish(_ count: Int, to targets: [String]) throws {
    let position = try ledger.position() + 1
    try ledger.recordPublication(
      position: position, kind: "forward", from: nil, to: "c0ffee", settled: CalendarDate(dayNumber: 20_000),
      acknowledged: [:], at: now
    ) { writer in
      for target in targets {
        for number in 1...count {
          try writer.add(
            NewDelivery(
              target: target, eventID: "\(position)-\(number)", number: number, name: "person.updated", kind: .person,
              recordID: number, subject: "S", format: .staffService, happened: now, body: Array("{}".utf8)))
        }
      }
    }
    courier?.wake()
  }

  func endpoint(_ target: String, _ port: Int) -> Endpoint {
    Endpoint(target: target, url: "http://127.0.0.1:\(port)/", organisation: 1, secrets: [], fault: nil)
  }

  func start(_ endpoints: [Endpoint]) throws -> Courier {
    let courier = Courier(
      ledger: ledger, endpoints: endpoints,
      policy: AddressPolicy(allowed: [try #require(Network("127.0.0.0/8"))]), clock: { [unowned self] in now },
      random: { 0.5 })
    courier.report = { [unowned self] delivery, _, _ in told.append(delivery.target) }
    self.courier = courier
    return courier
  }

  func waiting(_ target: String) throws -> Int { try ledger.counts(of: target)[.pending] ?? 0 }
}

@Suite struct `A courier` {
  @Test func `delivers elsewhere at once while one endpoint hangs`() throws {
    let round = try Round()
    let good = try LoopbackServer()
    let silent = try LoopbackServer { _ in sleep(10) }
    try round.publish(200, to: ["webhook/a-silent", "webhook/good"])
    let courier = try round.start([
      round.endpoint("webhook/a-silent", silent.port), round.endpoint("webhook/good", good.port),
    ])
    let begin = Date()
    while try round.waiting("webhook/good") > 0, Date().timeIntervalSince(begin) < 8 {
      try courier.advance(waiting: 100, alsoOn: [], isEager: false)
    }
    #expect(try round.waiting("webhook/good") == 0)
    #expect(try round.waiting("webhook/a-silent") == 200)
    #expect(silent.connections <= 4)
    #expect(!courier.isIdle)
    try courier.drain(milliseconds: 100)
    #expect(try round.waiting("webhook/a-silent") == 200, "what is not done in time stays pending")
  }

  @Test func `leaves a dead endpoint alone after five failures, and comes back by itself`() throws {
    let round = try Round()
    let dead = try LoopbackServer(LoopbackServer.text("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"))
    try round.publish(50, to: ["webhook/a"])
    let courier = try round.start([round.endpoint("webhook/a", dead.port)])
    #expect(try courier.run(.once).failed < 10)
    #expect(try round.ledger.deliveries(.init(limit: .max)).filter { $0.attempts == 0 }.count > 40)
    let back = try LoopbackServer()
    round.setForward(seconds: 40)
    // The same address would do; another begins afresh anyway.
    courier.update(endpoints: [round.endpoint("webhook/a", back.port)])
    while courier.nextDue != nil || !courier.isIdle {
      if courier.isIdle, let due = courier.nextDue, due > round.now {
        round.setForward(seconds: due.seconds - round.now.seconds + 1)
      }
      try courier.advance(waiting: 50, alsoOn: [], isEager: false)
    }
    #expect(try round.ledger.counts(of: "webhook/a") == [.delivered: 50])
  }

  @Test func `tries everything once, due or not, without using up the schedule`() throws {
    let round = try Round()
    let refusing = try LoopbackServer(LoopbackServer.text("HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n"))
    try round.publish(7, to: ["webhook/a"])
    for attempt in 1...3 {
      let courier = try round.start([round.endpoint("webhook/a", refusing.port)])
      #expect(try courier.run(.once).failed == 7)
      let all = try round.ledger.deliveries(.init())
      #expect(all.allSatisfy { $0.attempts == attempt && $0.step == 1 })
    }
  }

  @Test func `keeps what it cannot record, and records it later without sending again`() throws {
    let round = try Round()
    let server = try LoopbackServer()
    try round.publish(300, to: ["webhook/a"])
    let courier = try round.start([round.endpoint("webhook/a", server.port)])
    try round.ledger.write {
      try $0.execute(
        sql: "CREATE TRIGGER refused BEFORE INSERT ON attempt BEGIN SELECT RAISE(ABORT, 'no room on the disk'); END")
    }
    let error = #expect(throws: LedgerError.self) { try courier.run(.once) }
    #expect(error?.description.contains("ledger.sqlite cannot be written") == true)
    let sent = server.connections
    #expect(sent > 0)
    #expect(throws: LedgerError.self) { try courier.run(.once) }
    #expect(try round.waiting("webhook/a") == 300)
    try round.ledger.write { try $0.execute(sql: "DROP TRIGGER refused") }
    #expect(try courier.run(.once).delivered == 300)
    #expect(server.connections == 300)
    #expect(round.told.count == 300)
  }

  @Test func `goes on sending while the ledger writes, and has sent nothing twice`() throws {
    let round = try Round()
    let server = try LoopbackServer()
    try round.publish(40, to: ["webhook/a", "webhook/b"])
    try round.publish(40, to: ["webhook/a", "webhook/b"])
    let courier = try round.start([round.endpoint("webhook/a", server.port), round.endpoint("webhook/b", server.port)])
    // Whatever records waits for this one, as for a slow disk.
    try round.ledger.write { _ in
      let begin = Date()
      while server.connections < 80, Date().timeIntervalSince(begin) < 8 {
        try courier.advance(waiting: 50, alsoOn: [], isEager: false)
      }
      #expect(server.connections == 80, "everybody's first event, nobody's second: the first is not recorded")
      #expect(!courier.isIdle)
    }
    #expect(try courier.run(.once).delivered == 160)
    #expect(server.connections == 160)
    #expect(round.told.count == 160)
  }

  @Test func `lets the ledger go when it is gone itself`() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/ledger.sqlite"
    do {
      let round = try Round(path)
      let server = try LoopbackServer()
      try round.publish(50, to: ["webhook/a"])
      #expect(try round.start([round.endpoint("webhook/a", server.port)]).run(.once).delivered == 50)
      #expect(FileManager.default.fileExists(atPath: path + "-wal"))
    }
    #expect(!FileManager.default.fileExists(atPath: path + "-wal"), "written back by the last one that closed it")
  }

  @Test func `takes endpoints in and lets them go while it runs`() throws {
    let round = try Round()
    let servers = try (0..<3).map { _ in try LoopbackServer() }
    try round.publish(5, to: ["webhook/a", "webhook/b"])
    let courier = try round.start([round.endpoint("webhook/a", servers[0].port)])
    _ = try courier.run(.once)
    #expect(try round.waiting("webhook/b") == 5)
    courier.update(endpoints: [round.endpoint("webhook/b", servers[1].port)])
    try round.publish(5, to: ["webhook/a", "webhook/b"])
    _ = try courier.run(.once)
    #expect(try round.waiting("webhook/a") == 5)
    #expect(try round.waiting("webhook/b") == 0)
    courier.update(endpoints: [round.endpoint("webhook/a", servers[2].port)])
    _ = try courier.run(.once)
    #expect(servers.map(\.connections) == [5, 10, 5])
  }

  @Test func `sends again what is requeued while it runs`() throws {
    let round = try Round()
    let server = try LoopbackServer()
    try round.publish(5, to: ["webhook/a"])
    let courier = try round.start([round.endpoint("webhook/a", server.port)])
    _ = try courier.run(.once)
    #expect(try round.ledger.requeue(try round.ledger.deliveries(.init(limit: 2)).map(\.id), at: round.now) == 2)
    courier.wake()
    #expect(try courier.run(.once).delivered == 7)
    #expect(server.connections == 7)
  }

  @Test func `wakes when somebody calls`() throws {
    let round = try Round()
    let silent = try LoopbackServer { _ in sleep(5) }
    let courier = try round.start([round.endpoint("webhook/a", silent.port)])
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    // Without a request, and with one.
    for _ in 0..<2 {
      try courier.advance(waiting: 0, alsoOn: [], isEager: false)
      #expect(write(ends[1], "x", 1) == 1)
      let begin = Date()
      try courier.advance(waiting: 4000, alsoOn: [ends[0]], isEager: false)
      #expect(Date().timeIntervalSince(begin) < 2)
      var byte: UInt8 = 0
      #expect(read(ends[0], &byte, 1) == 1)
      try round.publish(1, to: ["webhook/a"])
    }
  }
}
