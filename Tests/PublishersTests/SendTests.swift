import FileStore
import RecordSchema
import TestSupport
import Testing

@testable import Ledger
@testable import Publishers

private let now = Instant(seconds: 1_800_000_000)

private func send(_ set: String, to place: String = "branch b", at now: Instant = now) -> ExportSend {
  ExportSend(
    target: "export/hr", place: place, set: set, digest: "d-\(set)", position: 1, commit: "c",
    asOf: CalendarDate(dayNumber: 20_000), at: now)
}

@Suite struct `Sets that are sent` {
  let scratch: Scratch
  let ledger: Ledger

  init() throws {
    scratch = try Scratch()
    ledger = try Ledger.open(scratch.path + "/ledger.sqlite")
  }

  private func fail(_ error: String, at now: Instant, next: Int64) throws {
    var send = try #require(try ledger.newestSend(to: "export/hr"))
    send.attempts += 1
    send.step += 1
    send.error = error
    send.failingSince = send.failingSince ?? now
    (send.lastAttempt, send.nextAttempt) = (now, now.adding(seconds: next))
    try ledger.record(send)
  }

  @Test func `are superseded by a newer one before they are tried`() throws {
    try ledger.queue(send("1"))
    try ledger.queue(send("2"))
    #expect(try ledger.sends(to: "export/hr", limit: 9).map(\.state) == [.pending, .superseded])
    #expect(try ledger.sendsWaiting().map(\.set) == ["2"])
  }

  @Test func `keep the pace of the failures before them`() throws {
    try ledger.queue(send("1"))
    try fail("no answer", at: now, next: 7200)
    try ledger.queue(send("2", at: now.adding(seconds: 10)))
    let next = try #require(try ledger.newestSend(to: "export/hr"))
    #expect(next.step == 1 && next.attempts == 0 && next.failingSince == now)
    #expect(next.nextAttempt == now.adding(seconds: 60))
    // Another destination has failed nothing yet.
    try ledger.queue(send("2", to: "branch c", at: now.adding(seconds: 20)))
    let other = try #require(try ledger.newestSend(to: "export/hr"))
    #expect(other.step == 0 && other.failingSince == nil && other.nextAttempt == now.adding(seconds: 20))
  }

  @Test func `count as sent when they arrive although a newer one waits`() throws {
    try ledger.queue(send("1"))
    var first = try #require(try ledger.newestSend(to: "export/hr"))
    try ledger.queue(send("2"))
    first.state = .sent
    first.finished = now
    try ledger.record(first)
    #expect(try ledger.sends(to: "export/hr", limit: 9).map(\.state) == [.pending, .sent])
    // One that failed meanwhile stays what the newer one made it.
    try ledger.queue(send("3"))
    var second = try #require(try ledger.sends(to: "export/hr", limit: 9).dropFirst().first)
    second.state = .pending
    second.error = "no answer"
    try ledger.record(second)
    #expect(try ledger.sends(to: "export/hr", limit: 9).map(\.state) == [.pending, .superseded, .sent])
  }

  @Test func `are sent again on request, once`() throws {
    try ledger.queue(send("1"))
    var sent = try #require(try ledger.newestSend(to: "export/hr"))
    sent.state = .sent
    sent.finished = now
    try ledger.record(sent)
    _ = try ledger.hurrySend(to: "export/hr", isForced: true, at: now)
    var again = try #require(try ledger.newestSend(to: "export/hr"))
    #expect(again.state == .pending && again.isForced)
    again.state = .sent
    again.finished = now
    try ledger.record(again)
    #expect(try ledger.newestSend(to: "export/hr")?.isForced == false)
  }

  @Test func `are cancelled with their destination`() throws {
    try ledger.queue(send("1"))
    try ledger.cancelSends(to: "export/hr", at: now)
    #expect(try ledger.sends(to: "export/hr", limit: 9).map(\.state) == [.cancelled])
    #expect(try ledger.sendsWaiting().isEmpty)
  }
}

@Suite struct `What a place was given` {
  private func publish(_ name: String, in folder: ExportFolder, for place: String) throws {
    let draft = try folder.begin(name, for: place)
    try FileStore.write("{}".utf8, to: "\(draft.set.folder)/manifest.json")
    try folder.publish(draft, keep: 3)
  }

  @Test func `is what it takes itself, or what was sent`() throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/hr")
    try publish("1-a-b", in: folder, for: "")
    #expect(folder.given == Given(set: "1-a-b", isConfirmed: true))
    #expect(folder.isElsewhere(than: "branch b") && !folder.isElsewhere(than: ""))
    try publish("2-a-b", in: folder, for: "branch b")
    #expect(folder.given == nil, "a new place has nothing")
    #expect(try folder.begin(sending: "2-a-b"))
    #expect(folder.given == Given(set: "2-a-b", isConfirmed: false))
    try publish("3-a-b", in: folder, for: "branch b")
    try folder.finish(sending: "2-a-b")
    #expect(folder.given == Given(set: "2-a-b", isConfirmed: true))
    #expect(try !folder.begin(sending: "2-a-b"), "only the newest is sent")
  }

  @Test func `does not change while the next set is written`() throws {
    let scratch = try Scratch()
    let folder = ExportFolder(scratch.path + "/hr")
    try publish("1-a-b", in: folder, for: "branch b")
    let draft = try folder.begin("2-a-b", for: "branch b")
    #expect(try !folder.begin(sending: "1-a-b"))
    draft.discard()
    withExtendedLifetime(draft) {}
  }
}
