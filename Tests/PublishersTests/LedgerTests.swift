import FileStore
import Foundation
import GRDB
import RecordSchema
import TestSupport
import Testing

@testable import Ledger

/// A ledger file from a list of SQL statements.
private func ledgerFile(_ fixture: String, in scratch: Scratch) throws -> String {
  let path = scratch.path + "/ledger.sqlite"
  let url = try #require(Bundle.module.url(forResource: fixture, withExtension: "sql", subdirectory: "Fixtures"))
  let sql = try String(contentsOf: url, encoding: .utf8)
  var configuration = GRDB.Configuration()
  configuration.foreignKeysEnabled = false
  let database = try DatabaseQueue(path: path, configuration: configuration)
  try database.writeWithoutTransaction { try $0.execute(sql: sql) }
  return path
}

private let now = Instant(seconds: 1_800_000_000)

@Suite struct `A ledger of version 1` {
  private let columns = """
    id, target, event_id, position, number, name, kind, record_id, subject, format, happened_at, body, state, attempts,
    step, first_attempt_at, next_attempt_at, last_status, last_error, finished_at
    """

  private let runColumns =
    "id, target, position, \"commit\", as_of, at, folder, files, rows, bytes, milliseconds, digest, error"

  private func rows(_ path: String, _ sql: String) throws -> [Row] {
    try DatabaseQueue(path: path).read { try Row.fetchAll($0, sql: sql) }
  }

  @Test func `keeps every row as it was`() throws {
    let scratch = try Scratch()
    let path = try ledgerFile("ledger-1", in: scratch)
    let tables = [
      "SELECT \(columns) FROM delivery ORDER BY id", "SELECT * FROM attempt", "SELECT * FROM event",
      "SELECT * FROM publication", "SELECT * FROM endpoint", "SELECT \(runColumns) FROM export_run",
    ]
    let before = try tables.map { try rows(path, $0) }
    #expect(before.allSatisfy { !$0.isEmpty })
    _ = try Ledger.open(path)
    #expect(try tables.map { try rows(path, $0) } == before)
  }

  @Test func `still sends what waits, in order`() throws {
    let scratch = try Scratch()
    let path = try ledgerFile("ledger-1", in: scratch)
    #expect(throws: LedgerError.self) { try Ledger.openForReading(path) }
    let ledger = try Ledger.open(path)
    #expect(try Ledger.openForReading(path) != nil)
    let waiting = try ledger.queue { try $0.waiting(for: "webhook/cards", after: (0, 0), limit: 10) }
    #expect(waiting.map(\.number) == [1, 2, 3])
    #expect(waiting.map(\.hasFailed) == [true, false, false])
    #expect(waiting.map(\.isDeactivation) == [false, false, true])
    #expect(waiting.allSatisfy { $0.part == 0 && !$0.isBarred })
  }

  @Test func `is counted as it is`() throws {
    let scratch = try Scratch()
    let ledger = try Ledger.open(try ledgerFile("ledger-1", in: scratch))
    #expect(
      try ledger.counts(of: "webhook/cards") == [.delivered: 1, .superseded: 1, .dead: 1, .pending: 3, .cancelled: 1])
    #expect(try ledger.deadCount() == 1)
    #expect(try ledger.deadCount(of: "webhook/rota") == 0)
    #expect(try ledger.acknowledged(upTo: 2) == ["webhook/cards": 1, "webhook/rota": 1])
    #expect(try ledger.oldestTrouble(of: "webhook/cards")?.state == .dead)
    #expect(try ledger.newestDelivered(to: "webhook/rota")?.number == 3)
    #expect(try ledger.blockedUrgent() == [])
  }
}

@Suite struct `The ledger` {
  /// Deliveries of random records to three endpoints.
  private func publish(_ count: Int, in ledger: Ledger, _ random: inout SeededRandom) throws {
    let position = try ledger.position() + 1
    try ledger.recordPublication(
      position: position, kind: "forward", from: nil, to: "c0ffee", settled: CalendarDate(dayNumber: 20_000),
      acknowledged: ["webhook/c": 2], at: now
    ) { writer in
      for number in 1...count {
        let name: EventName = random.oneIn(5) ? .personDeactivated : .personUpdated
        try writer.add(
          NewDelivery(
            target: "webhook/" + (["a", "b", "c"].randomElement(using: &random) ?? ""),
            eventID: "\(position)-\(number)",
            number: number, name: name.rawValue, kind: .person, recordID: Int.random(in: 1...9, using: &random),
            subject: "S", format: .staffService, happened: now, body: [1]))
      }
    }
  }

  private func result(_ delivery: Delivery, _ state: Delivery.State) -> AttemptResult {
    AttemptResult(
      delivery: delivery, at: now, status: 200, error: state == .delivered ? nil : "no", milliseconds: 1, state: state,
      step: 1, nextAttempt: now, disables: false)
  }

  @Test(arguments: 1...6)
  func `counts what a full count finds, whatever happens`(seed: Int) throws {
    let scratch = try Scratch()
    var random = SeededRandom(seed)
    let ledger = try Ledger.open(scratch.path + "/ledger.sqlite")
    for _ in 0..<30 {
      try publish(Int.random(in: 1...9, using: &random), in: ledger, &random)
      var all = try ledger.deliveries(.init(limit: .max))
      all.shuffle(using: &random)
      try ledger.record(
        all.filter { $0.state == .pending }.prefix(6).map {
          result($0, [.delivered, .delivered, .pending, .dead].randomElement(using: &random) ?? .dead)
        })
      if random.oneIn(4) { try ledger.requeue(all.prefix(3).map(\.id), at: now) }
      if random.oneIn(4) { try ledger.dismiss(all.prefix(5).map(\.id), at: now) }
      if random.oneIn(9) { try ledger.finishAll(for: "webhook/b", as: .cancelled, reason: "gone", at: now) }
      try expectTrueCounts(ledger)
    }
  }

  private func expectTrueCounts(_ ledger: Ledger) throws {
    let all = try ledger.deliveries(.init(limit: .max))
    let byTarget = Dictionary(grouping: all, by: \.target)
    for (target, deliveries) in byTarget {
      #expect(try ledger.counts(of: target) == Dictionary(grouping: deliveries, by: \.state).mapValues(\.count))
    }
    let acknowledged = byTarget.mapValues { deliveries in
      deliveries.filter { $0.state == .pending }.map { $0.position - 1 }.min() ?? 99
    }
    #expect(try ledger.acknowledged(upTo: 99) == acknowledged)
    #expect(try ledger.deadCount() == all.filter { $0.state == .dead }.count)
    #expect(try ledger.targetsWaiting() == Set(all.filter { $0.state == .pending }.map(\.target)).sorted())
  }

  @Test func `sends again what was done, with its history, but not what waits`() throws {
    let scratch = try Scratch()
    let ledger = try Ledger.open(try ledgerFile("ledger-1", in: scratch))
    let dead = try #require(try ledger.deliveries(.init(state: .dead)).first)
    let waiting = try #require(try ledger.deliveries(.init(target: "webhook/cards", state: .pending)).last)
    #expect(try ledger.requeue([dead.id, waiting.id, 999], at: now) == 1)
    let again = try #require(try ledger.deliveries(.init(target: dead.target, eventID: dead.eventID)).first)
    #expect(again.state == .pending)
    #expect(again.step == 0)
    #expect(again.nextAttempt == now)
    #expect(again.attempts == 10)
    #expect(try ledger.attempts(of: dead.id).count == 10)
    #expect(try ledger.deliveries(.init(target: waiting.target, eventID: waiting.eventID)) == [waiting])
  }

  @Test func `lists by record, by event and from a place on`() throws {
    let scratch = try Scratch()
    let ledger = try Ledger.open(try ledgerFile("ledger-1", in: scratch))
    #expect(try ledger.deliveries(.init(target: "webhook/cards", since: (2, 1))).map(\.number) == [4, 3, 2])
    #expect(try ledger.deliveries(.init(record: (.person, 20), limit: 1)).map(\.number) == [3])
    let all = try ledger.deliveries(ofRecord: .person, id: 20)
    #expect(all.map(\.target) == ["webhook/cards", "webhook/cards", "webhook/rota", "webhook/rota"])
    #expect(all.map(\.number) == [3, 2, 3, 2])
    #expect(try ledger.newestDelivered(target: "webhook/rota", kind: .person, recordID: 18)?.position == 1)
    #expect(try ledger.newestDelivered(target: "webhook/cards", kind: .person, recordID: 18) == nil)
  }

  @Test func `names the deactivations that do not get through`() throws {
    let scratch = try Scratch()
    let ledger = try Ledger.open(try ledgerFile("ledger-1", in: scratch))
    let before = try #require(
      try ledger.deliveries(.init(target: "webhook/rota", state: .pending, record: (.person, 20))).last)
    #expect(before.name == "person.updated")
    try ledger.record([result(before, .pending)])
    #expect(try ledger.blockedUrgent().map(\.target) == ["webhook/rota"])
  }

  @Test func `forgets old bodies and attempts, not that they were sent`() throws {
    let scratch = try Scratch()
    let ledger = try Ledger.open(try ledgerFile("ledger-1", in: scratch))
    let before = try ledger.deliveries(.init())
    let old = before.filter { $0.finished.map { $0 < now } ?? false }
    #expect(try ledger.prune(before: now) == old.count)
    #expect(try ledger.prune(before: now) == 0)
    let after = try ledger.deliveries(.init())
    #expect(after.map(\.id) == before.map(\.id))
    for delivery in after {
      let isOld = old.contains { $0.id == delivery.id }
      #expect(delivery.body.isEmpty == isOld)
      #expect(try ledger.attempts(of: delivery.id).count == (isOld ? 0 : delivery.attempts))
    }
    #expect(try ledger.requeue(old.map(\.id), at: now) == 0, "there is nothing to send any more")
  }

  @Test func `is not for everybody to read`() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/ledger.sqlite"
    let ledger = try Ledger.open(path)
    _ = try ledger.position()
    for file in [path, path + "-wal", path + "-shm"] {
      let mode = try #require(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int)
      #expect(mode & ~0o640 == 0, "\(file)")
    }
  }

  @Test func `says in words that the disk is full, and goes on when it is not`() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/ledger.sqlite"
    let ledger = try Ledger.open(path)
    var random = SeededRandom(1)
    try ledger.write { try $0.execute(sql: "PRAGMA max_page_count = 60") }
    let error = #expect(throws: LedgerError.self) { try publish(4000, in: ledger, &random) }
    #expect(error?.description.contains(path) == true)
    #expect(error?.description.contains("the disk is full") == true)
    #expect(try ledger.position() == 0)
    try ledger.write { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
    try publish(10, in: ledger, &random)
    #expect(try ledger.position() == 1)
  }
}
