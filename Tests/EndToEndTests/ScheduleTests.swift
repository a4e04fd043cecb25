import FileStore
import Foundation
import TestSupport
import Testing

/// A repository whose only system gets files by a schedule, and a clock that is set by hand.
private struct Office {
  let repository: DataRepository

  init(_ schedule: String, webhook: Int? = nil) throws {
    repository = try DataRepository(webhook: webhook)
    try repository.write(
      "staffrepo.yaml",
      "organisation:\n  id: 1\n  time_zone: Europe/London\nsystems:\n  hr: {schedule: \(schedule)}\n")
    try repository.commit()
  }

  /// Something to write about.
  func change(_ name: String) throws {
    try repository.person(2, "preferred_name: \(name)\n")
    try repository.commit(name)
  }

  /// What became of the files: `written` or `failed`; `nil`: they were left alone.
  func publish(_ now: String, _ arguments: String = "--scheduled") throws -> String? {
    let result = try repository.staffrepo(
      "publish", arguments, "--format", "json", environment: ["STAFFREPO_NOW": now])
    let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let runs = try #require(report?["exports"] as? [[String: Any]])
    return runs.first?["status"] as? String
  }

  struct State {
    let status: String
    let next: String?
    let alarms: [String]
  }

  func state(_ now: String) throws -> State {
    let result = try repository.staffrepo("status", "--format", "json", environment: ["STAFFREPO_NOW": now])
    let status = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let target = try #require((status["targets"] as? [[String: Any]])?.first { $0["target"] as? String == "export/hr" })
    return State(
      status: target["status"] as? String ?? "",
      next: (target["metadata"] as? [String: Any])?["next_run"] as? String,
      alarms: (status["alarms"] as? [[String: Any]] ?? []).compactMap { $0["alarm"] as? String })
  }
}

@Suite struct `Schedules of files` {
  @Test func `have them written once a day, and make up for a run that was missed`() throws {
    let office = try Office("daily at 06:00")
    #expect(try office.publish("2099-01-01T05:00:00Z") == "written", "a system that has nothing is not kept waiting")
    try office.change("Anna")
    #expect(try office.publish("2099-01-01T05:59:30Z") == nil)
    #expect(try office.state("2099-01-01T05:59:30Z").next == "2099-01-01T06:00:00Z")
    #expect(try office.publish("2099-01-01T06:07:00Z") == "written")
    try office.change("Berta")
    #expect(try office.publish("2099-01-01T06:17:00Z") == nil)
    #expect(try office.publish("2099-01-02T05:57:00Z") == nil)
    #expect(try office.publish("2099-01-02T06:00:00Z") == "written", "the late run of yesterday puts off nothing")
    #expect(try office.state("2099-01-02T06:00:00Z").next == "2099-01-03T06:00:00Z")
    // The machine was off at six.
    #expect(try office.publish("2099-01-05T09:00:00Z") == "written")
    #expect(try office.publish("2099-01-05T09:10:00Z") == nil)
    // By London's summer time.
    #expect(try office.publish("2099-07-01T05:00:00Z") == "written")
    #expect(try office.publish("2099-07-02T04:59:30Z") == nil)
    #expect(try office.publish("2099-07-02T05:00:00Z") == "written")
  }

  @Test func `are followed by what runs by itself; by hand all is written`() throws {
    let office = try Office("weekly on monday at 06:00")
    #expect(try office.publish("2099-01-06T05:00:00Z") == "written")
    try office.change("Anna")
    #expect(try office.publish("2099-01-06T06:00:00Z") == nil)
    #expect(try office.publish("2099-01-06T06:01:00Z", "--log=text") == "written")
    #expect(try office.publish("2099-01-06T06:02:00Z", "--log=text") == nil, "it is there already")
  }

  @Test func `are kept when there is nothing new`() throws {
    let office = try Office("daily at 06:00")
    #expect(try office.publish("2099-01-01T05:00:00Z") == "written")
    #expect(try office.publish("2099-01-01T06:00:00Z") == nil)
    let state = try office.state("2099-01-01T07:00:00Z")
    #expect(state.status == "active" && state.next == "2099-01-02T06:00:00Z")
    try office.change("Anna")
    #expect(try office.publish("2099-01-01T08:00:00Z") == nil, "today's run is done")
    #expect(try office.publish("2099-01-02T06:00:00Z") == "written")
  }

  @Test func `do not wait for a clock that was ahead, nor run twice for one that is set right`() throws {
    let office = try Office("daily at 06:00")
    #expect(try office.publish("2099-01-01T06:00:20Z") == "written")
    try office.change("Anna")
    #expect(try office.publish("2099-01-01T05:59:40Z") == nil)
    #expect(try office.publish("2099-01-01T06:00:10Z") == nil)
    #expect(try office.publish("2098-06-01T12:00:00Z") == "written")
  }

  @Test func `are tried again ever later when files cannot be written, and at once when something is published`() throws
  {
    let office = try Office("daily at 06:00")
    #expect(try office.publish("2099-01-01T06:00:00Z") == "written")
    let folder = office.repository.path + "/.git/staffrepo/exports"
    try FileManager.default.moveItem(atPath: folder, toPath: folder + ".aside")
    try Data().write(to: URL(fileURLWithPath: folder))
    #expect(try office.publish("2099-01-02T06:00:00Z") == "failed")
    #expect(try office.publish("2099-01-02T06:00:40Z") == nil)
    #expect(try office.publish("2099-01-02T06:01:10Z") == "failed")
    #expect(try office.publish("2099-01-02T06:02:40Z") == nil)
    #expect(try office.publish("2099-01-02T06:03:20Z") == "failed")
    let state = try office.state("2099-01-02T06:04:00Z")
    #expect(state.status == "failed" && state.next?.hasPrefix("2099-01-02T06:07:2") == true)
    #expect(state.alarms == ["failed/export/hr"])
    try office.change("Anna")
    #expect(try office.publish("2099-01-02T06:05:00Z") == "failed", "it may have been the records' fault")
    try FileManager.default.removeItem(atPath: folder)
    try FileManager.default.moveItem(atPath: folder + ".aside", toPath: folder)
    #expect(try office.publish("2099-01-02T06:12:40Z") == nil)
    #expect(try office.publish("2099-01-02T06:13:10Z") == "written")
    #expect(try office.state("2099-01-02T06:13:10Z").next == "2099-01-03T06:00:00Z")
  }

  @Test func `are overdue after the promised time, and an alarm says so`() throws {
    let office = try Office("daily at 06:00")
    try git("config", "staffrepo.freshness", "30m", in: office.repository.path)
    #expect(try office.publish("2099-01-01T06:00:00Z") == "written")
    #expect(try office.state("2099-01-02T06:30:00Z").status == "active")
    let late = try office.state("2099-01-02T06:30:01Z")
    #expect(late.status == "overdue" && late.next == "2099-01-02T06:00:00Z" && late.alarms == ["late/export/hr"])
    let environment = ["STAFFREPO_NOW": "2099-01-02T07:00:00Z"]
    let numbers = try office.repository.staffrepo("status", "--format", "prometheus", environment: environment).output
    #expect(numbers.contains("staffrepo_export_overdue{target=\"export/hr\"} 1"))
    #expect(numbers.contains("staffrepo_export_next_run_timestamp_seconds{target=\"export/hr\"} 4071016800"))
    let text = try office.repository.staffrepo("status", environment: environment).output
    #expect(text.contains("overdue") && text.contains("due since 2099-01-02T06:00:00Z"))
    #expect(text.contains("by the schedule (daily at 06:00)"))
    #expect(try office.publish("2099-01-02T07:00:00Z") == "written")
    #expect(try office.state("2099-01-02T07:00:00Z").status == "active")
  }

  @Test func `show in the plan what a push leaves waiting, and until when`() throws {
    let office = try Office("daily at 06:00")
    #expect(try office.publish("2099-01-01T06:00:00Z") == "written")
    try office.change("Anna")
    func plan(_ now: String, _ arguments: String...) throws -> [String: Any] {
      let result = try run(
        staffrepoProgram, arguments + ["--format", "json"], in: office.repository.path,
        environment: ["STAFFREPO_NOW": now])
      let plan = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      return try #require((plan?["exports"] as? [[String: Any]])?.first)
    }
    let waiting = try plan("2099-01-01T12:00:00Z", "plan")
    #expect(waiting["written"] as? Bool == false && waiting["next_run"] as? String == "2099-01-02T06:00:00Z")
    #expect(waiting["rows"] as? Int == 2 && waiting["schedule"] as? String == "daily at 06:00")
    #expect(try plan("2099-01-02T12:00:00Z", "plan")["written"] as? Bool == true)
    #expect(try plan("2099-01-01T12:00:00Z", "publish", "--dry-run")["written"] as? Bool == true)
    #expect(try plan("2099-01-01T12:00:00Z", "plan", "HEAD~1..HEAD")["written"] as? Bool == false)
    let markdown = try office.repository.staffrepo(
      "plan", "HEAD~1..HEAD", "--format", "markdown", environment: ["STAFFREPO_NOW": "2099-01-01T12:00:00Z"])
    #expect(markdown.output.contains("| `export/hr` | 2 | not now but daily at 06:00, next 2099-01-02T06:00:00Z |"))
    // A clone, in which nothing was published.
    let clone = office.repository.path + ".clone"
    defer { try? FileManager.default.removeItem(atPath: clone) }
    try git("clone", "--quiet", office.repository.path, clone, in: office.repository.path)
    let there = try run(
      staffrepoProgram, ["plan", "HEAD~1..HEAD"], in: clone, environment: ["STAFFREPO_NOW": "2099-01-01T12:00:00Z"])
    #expect(there.output.contains("a set of 2 people; not now but daily at 06:00, next 2099-01-02T06:00:00Z"))
  }
}

@Suite struct `The daemon's files` {
  private func files(_ repository: DataRepository) -> String {
    (try? String(
      contentsOfFile: repository.path + "/.git/staffrepo/exports/hr/current/employees.csv", encoding: .utf8)) ?? ""
  }

  @Test func `are written when their time comes`() throws {
    let office = try Office("daily at 06:00")
    #expect(try office.publish("2099-01-01T06:00:00Z") == "written")
    try office.change("Anna")
    let daemon = try Daemon(office.repository, environment: ["STAFFREPO_NOW": "2099-01-02T05:59:56Z"])
    #expect(try eventually { daemon.said.contains("Publication 2") })
    #expect(try office.state("2099-01-02T05:59:57Z").next == "2099-01-02T06:00:00Z")
    let current = office.repository.path + "/.git/staffrepo/exports/hr/current"
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: current).hasPrefix("1-"))
    #expect(try eventually { try FileManager.default.destinationOfSymbolicLink(atPath: current).hasPrefix("2-") })
    #expect(daemon.stop() == 0)
  }

  @Test func `keep no delivery waiting, and are finished before it ends`() throws {
    let receiver = try Receiver(secret: nil)
    let office = try Office("every commit", webhook: receiver.port)
    let repository = office.repository
    let daemon = try Daemon(repository, environment: ["STAFFREPO_NOW": "2099-01-01T12:00:00Z"])
    #expect(try eventually { daemon.said.contains("export/hr: ") })
    // The next set is compared with one of its name that is there, whose manifest nobody can read to its end yet.
    try git("checkout", "--quiet", "-b", "aside", in: repository.path)
    try repository.person(1, "is_active: false\n")
    try repository.commit()
    let commit = try git("rev-parse", "HEAD", in: repository.path)
    let set = repository.path + "/.git/staffrepo/exports/hr/2-\(commit.prefix(10))-2099-01-01"
    try FileManager.default.createDirectory(atPath: set, withIntermediateDirectories: false)
    #expect(mkfifo(set + "/manifest.json", 0o600) == 0)
    try git("update-ref", "refs/heads/main", commit, in: repository.path)
    #expect(try eventually { try receiver.requests().map(\.event) == ["person.deactivated"] })
    try repository.person(2, "preferred_name: Anna\n")
    try repository.commit()
    try git("update-ref", "refs/heads/main", "HEAD", in: repository.path)
    #expect(try eventually { try receiver.requests().count == 2 })
    #expect(!files(repository).contains("inactive"))
    try git("config", "staffrepo.alarmCommand", "cat >> alarms.jsonl", in: repository.path)
    daemon.ask(SIGTERM)
    usleep(300_000)
    #expect(daemon.isRunning)
    let writer = open(set + "/manifest.json", O_WRONLY)
    close(writer)
    #expect(daemon.stop() == 0)
    #expect(files(repository).contains("inactive"), "what was under way is finished")
    #expect(try repository.staffrepo("publish", environment: ["STAFFREPO_NOW": "2099-01-01T12:01:00Z"]).status == 0)
    #expect(try office.state("2099-01-01T12:01:00Z").status == "active")
  }
}
