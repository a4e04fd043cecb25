import FileStore
import Foundation
import TestSupport
import Testing

/// `staffrepo publish --watch`, running.
final class Daemon {
  private let process = Process()
  private let log: String

  init(_ repository: DataRepository, _ arguments: String..., environment: [String: String] = [:]) throws {
    log = NSTemporaryDirectory() + "staffrepo-watch-" + UUID().uuidString
    try Data().write(to: URL(fileURLWithPath: log))
    process.executableURL = URL(fileURLWithPath: staffrepoProgram)
    process.arguments = ["publish", "--watch", "--log", "json"] + arguments
    process.currentDirectoryURL = URL(fileURLWithPath: repository.path)
    process.environment = ProcessInfo.processInfo.environment
      .merging(["STAFFREPO_SECRET_DESK": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]) { _, new in new }
      .merging(environment) { _, new in new }
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
    try process.run()
  }

  deinit {
    stop(SIGKILL)
    try? FileManager.default.removeItem(atPath: log)
  }

  var said: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

  var isRunning: Bool { process.isRunning }

  /// Sends a signal, and does not wait for what comes of it.
  func ask(_ signal: Int32) { kill(process.processIdentifier, signal) }

  @discardableResult
  func stop(_ signal: Int32 = SIGTERM) -> Int32 {
    if process.isRunning { kill(process.processIdentifier, signal) }
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// Waits until something is so; half a minute at most.
func eventually(_ condition: () throws -> Bool) throws -> Bool {
  for _ in 0..<600 {
    if try condition() { return true }
    usleep(50_000)
  }
  return false
}

@Suite struct `The daemon` {
  @Test func `publishes what lands without being called, and ends when asked`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    let daemon = try Daemon(repository)
    #expect(try eventually { daemon.said.contains("Publication 1 (baseline)") })
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    #expect(try eventually { try receiver.requests().map(\.event) == ["person.deactivated"] })
    // A reference may be packed, or moved by a fetch: no hook runs then.
    try repository.person(2, "preferred_name: Gracie\n")
    try repository.commit()
    try git("pack-refs", "--all", in: repository.path)
    #expect(try eventually { try receiver.requests().count == 2 })
    let published = try repository.staffrepo("publish")
    #expect(published.status == 0)
    #expect(published.output.contains("publishes this repository"))
    #expect(try repository.staffrepo("publish", "--watch").status == 1, "one daemon is enough")
    #expect(daemon.stop() == 0)
    for line in daemon.said.split(separator: "\n") {
      let entry = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(entry["time"] is String && entry["level"] is String && entry["message"] is String)
    }
    #expect(try repository.staffrepo("publish").status == 0)
    #expect(try receiver.requests().count == 2)
  }

  @Test func `settles a day when it begins`() throws {
    let receiver = try Receiver(secret: nil)
    let repository = try DataRepository(webhook: receiver.port)
    try repository.person(1, "employment_end_date: 2099-01-31\n")
    try repository.commit()
    let daemon = try Daemon(repository, environment: ["STAFFREPO_NOW": "2099-01-31T23:59:56Z"])
    #expect(try eventually { daemon.said.contains("Publication 1 (baseline)") })
    #expect(try receiver.requests().isEmpty)
    #expect(try eventually { try receiver.requests().map(\.event) == ["person.deactivated"] })
  }

  @Test func `survives a ledger that is moved away, and a branch that cannot be read`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    let daemon = try Daemon(repository)
    #expect(try eventually { daemon.said.contains("Publication 1 (baseline)") })
    for name in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
      try FileStore.remove(repository.path + "/.git/staffrepo/" + name)
    }
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    #expect(try eventually { try receiver.requests().map(\.event) == ["person.deactivated"] })
    #expect(try repository.staffrepo("audit", "verify").status == 0)
    try git("update-ref", "refs/heads/aside", "HEAD", in: repository.path)
    try git("update-ref", "-d", "refs/heads/main", in: repository.path)
    #expect(try eventually { daemon.said.contains("It is tried again") })
    try git("update-ref", "refs/heads/main", "refs/heads/aside", in: repository.path)
    #expect(try eventually { daemon.said.contains("publishing works again") })
    #expect(daemon.stop() == 0)
  }

  @Test func `takes errands, since nobody else may write the ledger`() throws {
    let receiver = try Receiver()
    let repository = try DataRepository(webhook: receiver.port)
    let daemon = try Daemon(repository, "--metrics", repository.path + "/numbers.prom")
    #expect(try eventually { daemon.said.contains("Publication 1 (baseline)") })
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    #expect(try eventually { try receiver.requests().count == 1 })
    let id = try #require(try receiver.requests().first).id
    let answer = try repository.staffrepo("redeliver", id)
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.output.contains("1 delivery"))
    #expect(try eventually { try receiver.requests().map(\.id) == [id, id] })
    #expect(try repository.staffrepo("redeliver", "00000000-0000-0000-0000-000000000000").status == 1)
    let numbers = try String(contentsOfFile: repository.path + "/numbers.prom", encoding: .utf8)
    #expect(numbers.contains("staffrepo_target_up{target=\"webhook/desk\"} 1"))
    #expect(try repository.staffrepo("status").output.contains("follows the branch"))
  }
}

@Suite struct `Alarms` {
  /// The lines that the alarm command was given.
  private func rung(_ repository: DataRepository) throws -> [[String: Any]] {
    let path = repository.path + "/alarms.jsonl"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
    }
  }

  @Test func `say at once that somebody who left may still have access, once, and when it is over`() throws {
    let failing = try Receiver(port: 0, "--fail", "503")
    let repository = try DataRepository(webhook: failing.port)
    try git("config", "staffrepo.alarmCommand", "cat >> alarms.jsonl", in: repository.path)
    try repository.staffrepo("publish")
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    try repository.staffrepo("publish")
    try repository.staffrepo("publish")
    #expect(try rung(repository).map { "\($0["state"] ?? "") \($0["alarm"] ?? "")" } == ["raised blocked/webhook/desk"])
    #expect(try repository.staffrepo("status").output.contains("may still have access"))
    let port = failing.port
    failing.stop()
    let working = try Receiver(port: port)
    #expect(try repository.staffrepo("publish").status == 0)
    #expect(try working.requests().count == 1)
    #expect(try rung(repository).last?["state"] as? String == "over")
  }

  @Test func `are told again when the command failed, and never keep anything from being published`() throws {
    let repository = try DataRepository()
    try git("config", "staffrepo.alarmCommand", "test -e ready && cat >> alarms.jsonl", in: repository.path)
    try repository.staffrepo("publish")
    try repository.write("data/people/EMP1.yaml", "id: [unclosed\n")
    try repository.commit()
    let first = try repository.staffrepo("publish")
    #expect(first.status == 0)
    #expect(first.errors.contains("the alarm command failed") || first.errors.contains("The alarm command failed"))
    try repository.write("ready", "")
    try repository.staffrepo("publish")
    #expect(try rung(repository).map { $0["alarm"] as? String } == ["records"])
  }

  @Test func `say that a system falls behind what was promised`() throws {
    let failing = try Receiver(port: 0, "--fail", "400")
    let repository = try DataRepository(webhook: failing.port)
    try git("config", "staffrepo.alarmCommand", "cat >> alarms.jsonl", in: repository.path)
    try git("config", "staffrepo.freshness", "10m", in: repository.path)
    func publish(_ now: String) throws { try repository.staffrepo("publish", environment: ["STAFFREPO_NOW": now]) }
    try publish("2099-01-01T10:00:00Z")
    try repository.person(2, "preferred_name: Gracie\n")
    try repository.commit()
    try publish("2099-01-01T10:00:00Z")
    try publish("2099-01-01T10:09:00Z")
    #expect(try rung(repository).isEmpty)
    try publish("2099-01-01T10:11:00Z")
    #expect(try rung(repository).map { $0["alarm"] as? String } == ["late/webhook/desk"])
    try publish("2099-01-02T10:12:00Z")
    #expect(try rung(repository).last?["state"] as? String == "lasts", "once a day")
  }

  @Test func `go on while somebody who left may still have access, also when the event is given up or cannot be sent`()
    throws
  {
    let failing = try Receiver(port: 0, "--fail", "400", secret: nil)
    let repository = try DataRepository(webhook: failing.port)
    try git("config", "staffrepo.alarmCommand", "cat >> alarms.jsonl", in: repository.path)
    func publish(_ day: Int, secret: String = "x") throws -> ProgramResult {
      try repository.staffrepo(
        "publish",
        environment: ["STAFFREPO_NOW": "2099-01-\(10 + day)T10:00:00Z", "STAFFREPO_SECRET_DESK": secret])
    }
    _ = try publish(0)
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    // Not even tried: the secret is not there.
    #expect(try publish(0, secret: "").status == 1)
    #expect(
      try Set(rung(repository).compactMap { $0["alarm"] as? String }) == ["fault/webhook/desk", "blocked/webhook/desk"])
    for day in 1..<13 { #expect(try publish(day).status == 1) }
    let dead = try #require(try repository.json("deliveries", "--state", "dead") as? [[String: Any]])
    #expect(dead.count == 1)
    #expect(try publish(14).status == 1, "what was given up is not forgotten")
    #expect(
      try !rung(repository).contains {
        $0["alarm"] as? String == "blocked/webhook/desk" && $0["state"] as? String == "over"
      })
    try repository.person(1)
    try repository.commit()
    failing.stop()
    let working = try Receiver(port: failing.port, secret: nil)
    _ = try publish(14)
    #expect(try working.requests().map(\.event) == ["person.updated", "person.activated"])
    #expect(
      try rung(repository).contains {
        $0["alarm"] as? String == "blocked/webhook/desk" && $0["state"] as? String == "over"
      })
    #expect(
      try repository.staffrepo("redeliver", "--failed", "--dismiss-older").output.contains("superseded: 1 delivery"))
    #expect(try publish(14).status == 0)
  }

  @Test func `need nobody to ring them: status and doctor say what is wrong now`() throws {
    let repository = try DataRepository()
    try repository.staffrepo("publish", environment: ["STAFFREPO_NOW": "2099-01-10T10:00:00Z"])
    let later = ["STAFFREPO_NOW": "2099-01-22T10:00:00Z"]
    let status = try repository.staffrepo("status", environment: later).output
    #expect(status.contains("Nothing has published since 2099-01-10"))
    #expect(status.contains("export/hr: the files are of"))
    let doctor = try repository.staffrepo("doctor", environment: later)
    #expect(doctor.status == 1 && doctor.output.contains("12 days"))
    #expect(
      try repository.staffrepo("status", "--format", "prometheus", environment: later).output
        .contains("staffrepo_unsettled_days 12"))
    #expect(
      try repository.staffrepo("status", environment: ["STAFFREPO_NOW": "2099-01-01T10:00:00Z"]).output
        .contains("still to come"))
  }

  @Test func `say that a delivery is given up, and redeliver brings it`() throws {
    let failing = try Receiver(port: 0, "--fail", "400", secret: nil)
    let repository = try DataRepository(webhook: failing.port)
    try git("config", "staffrepo.alarmCommand", "cat >> alarms.jsonl", in: repository.path)
    func publish(_ day: Int) throws -> ProgramResult {
      try repository.staffrepo("publish", environment: ["STAFFREPO_NOW": "2099-01-\(10 + day)T10:00:00Z"])
    }
    _ = try publish(0)
    try repository.person(2, "preferred_name: Gracie\n")
    try repository.commit()
    for day in 0..<12 { _ = try publish(day) }
    let dead = try #require(try repository.json("deliveries", "--state", "dead") as? [[String: Any]])
    #expect(dead.count == 1)
    #expect(
      (dead.first?["attempts"] as? [[String: Any]])?.count ?? 0 >= 10,
      "ten tries by the schedule, others before their time")
    #expect(try rung(repository).contains { $0["alarm"] as? String == "dead/webhook/desk" })
    let port = failing.port
    failing.stop()
    let working = try Receiver(port: port, secret: nil)
    #expect(try repository.staffrepo("redeliver", "--failed", "--dry-run").output.contains("1 delivery"))
    #expect(try repository.staffrepo("redeliver", "--failed").status == 0)
    #expect(try publish(13).status == 0)
    #expect(try working.requests().map(\.event) == ["person.updated"])
    #expect(try repository.staffrepo("status").output.contains("active"))
  }
}
