import FileStore
import Foundation
import GitStore
import Journal
import Ledger
import Publishers
import RecordSchema
import Records
import TestSupport
import Testing

@testable import staffrepo

/// Whatever happens to the records, and however it is published, a consumer ends with what an export shows.
@Suite struct `The replica property` {
  static let seeds = Array(0..<(ProcessInfo.processInfo.environment["STAFFREPO_HISTORIES"].flatMap(Int.init) ?? 300))

  @Test(arguments: seeds)
  func `Publishing in any batches tells every consumer the same, and the truth`(seed: Int) throws {
    var random = SeededRandom(seed + 1_000_000)
    let history = RandomHistory(seed: seed, commits: Int.random(in: 5...16, using: &random))
    let published = try Published(history)
    let end = history.times[history.times.count - 1] + 86_400 * Int.random(in: 0...50, using: &random)

    let oneByOne = try published.publish(after: Array(history.line.indices), end: end, &random)
    let batches = history.line.indices.filter { _ in random.oneIn(3) } + [history.line.count - 1]
    let inBatches = try published.publish(after: Array(Set(batches)).sorted(), end: end, &random)
    let atOnce = try published.publish(after: [history.line.count - 1], end: end, &random)

    #expect(oneByOne.withoutSequence == atOnce.withoutSequence)
    #expect(inBatches.withoutSequence == atOnce.withoutSequence)
    #expect(atOnce.all.count > 20)
    try oneByOne.expectRisingSequence()
    try atOnce.expectTruth()

    let again = try published.publishAgain(end: end)
    #expect(again == atOnce.bodies, "publishing again gives nothing")
    try published.deleteLedger()
    let rebuilt = try published.publishAgain(end: end)
    #expect(rebuilt == atOnce.bodies, "a deleted ledger comes back with the same ids, order and bodies")
  }

  @Test(arguments: 0..<60)
  func `A rewritten branch ends in the truth as well, with new ids`(seed: Int) throws {
    var random = SeededRandom(seed + 2_000_000)
    var history = RandomHistory(seed: seed + 5000, commits: 8)
    let before = history.line
    history.rewrite()
    if random.oneIn(2) { history.rewrite() }
    let published = try Published(history)
    let end = history.time + 86_400

    let outcome = try published.publish(
      lines: [(before, history.graph.nodes[before[before.count - 1]].time), (history.line, end)])
    try outcome.expectTruth()
    try outcome.expectRisingSequence()
    let ids = outcome.all.map { "\($0.target) \($0.eventID)" }
    #expect(Set(ids).count == ids.count)

    try published.deleteLedger()
    #expect(try published.publishAgain(end: end) == outcome.bodies)
  }
}

@Suite struct `A held branch` {
  static let seeds = Array(0..<(ProcessInfo.processInfo.environment["STAFFREPO_HISTORIES"].flatMap(Int.init) ?? 150))

  @Test(arguments: seeds)
  func `Whatever guards held back comes in the end, once, and nobody stays active who is not`(seed: Int) throws {
    var random = SeededRandom(seed + 3_000_000)
    var history = RandomHistory(seed: seed + 9000, commits: 9, isGuarded: true)
    var lines: [(line: [Int], end: Int)] = []
    func add() { lines.append((history.line, history.time + Int.random(in: 0...86_400 * 9, using: &random))) }
    // As it grows, here and there thrown back, and at last approved.
    let whole = history.line
    for place in whole.indices where place == 0 || random.oneIn(2) {
      let now = history.graph.nodes[whole[place]].time + Int.random(in: 0...86_400 * 2, using: &random)
      lines.append((Array(whole.prefix(place + 1)), now))
      // Back to an earlier commit, and perhaps forth again.
      if random.oneIn(4), place > 0 {
        lines.append((Array(whole.prefix(Int.random(in: 1...place, using: &random))), now + 60))
        if random.oneIn(2) { lines.append((Array(whole.prefix(place + 1)), now + 86_400 * 2)) }
      }
    }
    if random.oneIn(4) {
      history.rewrite()
      add()
    }
    history.approve()
    add()
    let published = try Published(history)
    let outcome = try published.publish(lines: lines.inOrderOfTime, expectsSafety: true)
    #expect(outcome.hold == nil, "what is approved is not held")
    try outcome.expectTruth()
    try outcome.expectRisingSequence()
    let ids = outcome.all.map { "\($0.target) \($0.eventID)" }
    #expect(Set(ids).count == ids.count)
    try published.deleteLedger()
    #expect(try published.publishAgain(end: lines.map(\.end).max() ?? 0) == outcome.bodies)
  }

  @Test func `The histories above are held`() throws {
    let holds = try (0..<5).map { seed in
      let history = RandomHistory(seed: seed + 9000, commits: 9, isGuarded: true)
      let published = try Published(history)
      let line = history.line
      _ = try published.publish(
        lines: line.indices.map { (Array(line.prefix($0 + 1)), history.graph.nodes[line[$0]].time) })
      return published.holds
    }
    #expect(holds.allSatisfy { $0 > 0 }, "or they prove nothing")
  }
}

/// A history in a repository of its own, to be published in several ways.
private final class Published {
  private let scratch: Scratch
  private let history: RandomHistory
  private let ids: [String]

  init(_ history: RandomHistory) throws {
    self.history = history
    scratch = try Scratch()
    try git("init", "--quiet", "--bare", "--initial-branch=main", in: scratch.path)
    ids = try history.graph.write(to: scratch.path)
  }

  /// Publishes after each of these commits of the line, from nothing.
  func publish(after places: [Int], end: Int, _ random: inout SeededRandom) throws -> Outcome {
    try forget()
    for (index, place) in places.enumerated() {
      let isLast = index == places.count - 1
      let next = history.times.indices.contains(place + 1) ? history.times[place + 1] : end
      let now = isLast ? end : Int.random(in: history.times[place]...next, using: &random)
      try publish(history.line[place], at: now)
    }
    return try outcome(end: end)
  }

  /// Publishes several lines one after the other: the branch is moved from one to the next.
  ///
  /// - Parameter expectsSafety: after each, whoever is not active any more was told so.
  func publish(lines: [(line: [Int], end: Int)], expectsSafety: Bool = false) throws -> Outcome {
    try forget()
    for (line, end) in lines {
      try publish(line[line.count - 1], at: end)
      let outcome = try outcome(end: end)
      if let hold = outcome.hold {
        holds += 1
        if expectsSafety, !hold.isAboutAccess { try expectSafety(outcome, end) }
      }
    }
    return try outcome(end: lines[lines.count - 1].end)
  }

  func publishAgain(end: Int) throws -> [String] {
    try record(at: end)
    return try outcome(end: end).bodies
  }

  func deleteLedger() throws {
    for name in FileStore.names(in: scratch.path + "/staffrepo") {
      try FileStore.remove(scratch.path + "/staffrepo/" + name)
    }
  }

  private func forget() throws {
    try deleteLedger()
    let repository = try Repository(containing: scratch.path)
    if try repository.target(of: Journal.reference) != nil {
      try git("update-ref", "-d", Journal.reference, in: scratch.path)
    }
  }

  private func publish(_ node: Int, at time: Int) throws {
    let repository = try Repository(containing: scratch.path)
    let commit = try #require(OID(ids[node]))
    try repository.move(
      "refs/heads/main", to: commit, expected: try repository.target(of: "refs/heads/main"), log: "test")
    try record(at: time)
  }

  private func record(at time: Int) throws {
    let workspace = try Workspace.open(at: scratch.path)
    let ledger = try Ledger.open(workspace.ledgerPath)
    let recording = Recording(workspace: workspace, from: nil, now: Instant(seconds: Int64(time)))
    _ = try recording.run(upTo: workspace.tip().commit, in: ledger)
  }

  /// How many runs ended with the branch held.
  private(set) var holds = 0

  /// Nobody is active at a consumer whom the newest commit has as inactive.
  private func expectSafety(_ outcome: Outcome, _ end: Int) throws {
    let workspace = try Workspace.open(at: scratch.path)
    let newest = try workspace.line().staff(at: workspace.tip().commit)
    let today = newest.configuration.organisation.timeZone.date(at: Instant(seconds: Int64(end)))
    var replica = Replica()
    for delivery in outcome.all where delivery.target == "webhook/all" { try replica.apply(delivery.body) }
    for (id, data) in replica.people where data["is_active"] == "true" || data["is_active"] == "1" {
      let person = try newest.person(PersonID(id))?.record
      #expect(person?.status(on: today).isActive == true, "\(id) is still active, although not by the newest commit")
    }
  }

  private func outcome(end: Int) throws -> Outcome {
    let workspace = try Workspace.open(at: scratch.path)
    let ledger = try #require(try Ledger.openForReading(workspace.ledgerPath))
    let journal = try Journal(workspace.repository)
    let staff = try workspace.line(journal.entries).staff(
      after: try #require(journal.last))
    let date = staff.configuration.organisation.timeZone.date(at: Instant(seconds: Int64(end)))
    let deliveries = try ledger.deliveries(.init(limit: 1_000_000)).sorted {
      ($0.target, $0.position, $0.number) < ($1.target, $1.position, $1.number)
    }
    let list = try staff.list(on: date)
    var members: [StaffMember] = []
    try list.forEachPart { members += $0 }
    return Outcome(all: deliveries, units: list.context.units, members: members, staff: staff, hold: journal.last?.hold)
  }
}

/// What all consumers were sent, and what an export at the tip shows.
private struct Outcome {
  let all: [Delivery]
  let units: UnitDirectory
  let members: [StaffMember]
  let staff: Staff
  let hold: Hold?

  var bodies: [String] { all.map { "\($0.target) \(String(decoding: $0.body, as: UTF8.self))" } }

  var withoutSequence: [String] {
    bodies.map { $0.replacing(/"sequence":\[\d+,\d+\],/, with: "") }
  }

  func expectRisingSequence() throws {
    for (_, deliveries) in Dictionary(grouping: all, by: \.target) {
      for (earlier, later) in zip(deliveries, deliveries.dropFirst()) {
        #expect((earlier.position, earlier.number) < (later.position, later.number))
      }
    }
  }

  func expectTruth() throws {
    for subscription in staff.subscriptions {
      var replica = Replica()
      for delivery in all where delivery.target == subscription.target { try replica.apply(delivery.body) }
      let scope = subscription.units.map { units.below($0) }
      let members = self.members.filter { member in
        scope.map { scope in member.units.contains { scope.contains($0.id) } } ?? true
      }
      #expect(replica.people.keys.sorted() == members.map(\.person.id.rawValue))
      #expect(
        replica.units
          == Dictionary(uniqueKeysWithValues: units.byID.map { ($0.key.rawValue, $0.value.code.rawValue) }))
      for member in members { expect(member, in: replica) }
    }
  }

  private func expect(_ member: StaffMember, in replica: Replica) {
    let id = member.person.id.rawValue
    let told = replica.people[id] ?? [:]
    #expect(replica.memberships[id] ?? [] == Set(member.units.map(\.id.rawValue)))
    #expect(told["status"] == member.status.rawValue)
    #expect(
      told["is_active"] == "\(member.status.isActive)" || told["is_active"] == (member.status.isActive ? "1" : "0"))
    #expect(told["employee_reference"] == member.person.reference.rawValue)
    #expect(told["job_title"] == member.person.jobTitle)
    #expect(told["photo_path"] == member.person.visiblePhotoPath ?? "<null>")
    #expect(told["employment_end_date"] == member.person.endDate?.description ?? "<null>")
  }
}

extension [(line: [Int], end: Int)] {
  /// No run is before the one before it.
  fileprivate var inOrderOfTime: [(line: [Int], end: Int)] {
    var latest = 0
    return map { line in
      latest = Swift.max(latest, line.end)
      return (line.line, latest)
    }
  }
}
