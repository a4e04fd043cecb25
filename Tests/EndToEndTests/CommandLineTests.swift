import Foundation
import TestSupport
import Testing

/// A data repository with a work tree, driven by the built program.
struct DataRepository {
  let scratch: Scratch
  var path: String { scratch.path }
  private let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

  init(webhook port: Int? = nil) throws {
    scratch = try Scratch()
    try git("init", "--quiet", "--initial-branch=main", in: path)
    try git("config", "staffrepo.allowNetworks", "127.0.0.0/8", in: path)
    try write(
      "staffrepo.yaml",
      "organisation:\n  id: 1\n  time_zone: Europe/London\nsystems:\n  hr: {enabled: true}\n  lms: {enabled: false}\n")
    try write("data/units/team-a.yaml", "id: 1\ncode: team-a\nname: Team A\n")
    try person(1)
    try person(2)
    if let port {
      try write(
        "data/webhooks/desk.yaml", "url: http://127.0.0.1:\(port)/desk\nsecrets: [env:STAFFREPO_SECRET_DESK]\n")
    }
    try commit()
  }

  func write(_ name: String, _ text: String) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func person(_ id: Int, _ more: String = "") throws {
    try write(
      "data/people/EMP\(id).yaml",
      "id: \(id)\nemployee_reference: EMP\(id)\nfirst_name: Grace\nlast_name: Hill\nemail: p\(id)@example.org\njob_title: Nurse\nemployment_start_date: 2020-01-01\norganisational_units: [team-a]\n\(more)"
    )
  }

  func commit(_ message: String = "change") throws {
    try git("add", "-A", in: path)
    try git("commit", "--quiet", "--message", message, in: path)
  }

  @discardableResult
  func staffrepo(_ arguments: String..., environment: [String: String] = [:], input: Data = Data()) throws
    -> ProgramResult
  {
    try run(
      staffrepoProgram, arguments, in: path,
      environment: ["STAFFREPO_SECRET_DESK": secret].merging(environment) { _, new in new }, input: input)
  }

  /// Starts the program and kills it, without a chance to tidy up.
  func killed(afterMilliseconds milliseconds: Int, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: staffrepoProgram)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    process.environment = ProcessInfo.processInfo.environment.merging(["STAFFREPO_SECRET_DESK": secret]) { _, new in new
    }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    usleep(UInt32(milliseconds * 1000))
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  func json(_ arguments: String...) throws -> Any {
    let result = try run(
      staffrepoProgram, arguments + ["--format", "json"], in: path, environment: ["STAFFREPO_SECRET_DESK": secret])
    return try JSONSerialization.jsonObject(with: Data(result.output.utf8))
  }
}

/// `staffrepo listen`, running.
final class Receiver {
  let port: Int
  private let process = Process()
  private let log: String

  /// - Parameter secret: `nil`: everything is taken, whenever it was signed.
  init(port: Int = 0, _ arguments: String..., secret: String? = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") throws {
    log = NSTemporaryDirectory() + "staffrepo-listen-" + UUID().uuidString
    for name in ["out", "err"] { try Data().write(to: URL(fileURLWithPath: "\(log).\(name)")) }
    process.executableURL = URL(fileURLWithPath: staffrepoProgram)
    process.arguments =
      ["listen", "--port", "\(port)", "--format", "json"] + (secret == nil ? [] : ["--secret", "env:LISTEN_SECRET"])
      + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(["LISTEN_SECRET": secret ?? ""]) { _, new in new }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: log + ".out"))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: log + ".err"))
    try process.run()
    var found: Int?
    for _ in 0..<200 where found == nil {
      let text = try String(contentsOfFile: log + ".err", encoding: .utf8)
      found = text.firstMatch(of: /127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) }
      if found == nil { usleep(50_000) }
    }
    guard let found else { throw ProgramFailure(description: "listen did not start") }
    self.port = found
  }

  deinit {
    stop()
    for name in ["out", "err"] { try? FileManager.default.removeItem(atPath: "\(log).\(name)") }
  }

  func stop() {
    process.terminate()
    process.waitUntilExit()
  }

  struct Request {
    let event: String
    let person: Int
    let id: String
    let isVerified: Bool
  }

  func requests() throws -> [Request] {
    try String(contentsOfFile: log + ".out", encoding: .utf8).split(separator: "\n").map { line in
      let head = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
      let text = head["body"] as? String ?? "{}"
      let body = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
      return Request(
        event: body["event"] as? String ?? "", person: (body["data"] as? [String: Any])?["id"] as? Int ?? 0,
        id: head["id"] as? String ?? "", isVerified: head["verified"] as? Bool ?? false)
    }
  }
}

@Suite struct `The command line` {
  @Test func `answers with the contract's exit statuses`() throws {
    let repository = try DataRepository()
    #expect(try repository.staffrepo("validate").status == 0)
    #expect(try repository.staffrepo("validate", "--nonsense").status == 64)
    #expect(try repository.staffrepo("export", "sap").status == 64)
    #expect(try repository.staffrepo("validate", "no-such-branch").status == 70)
    #expect(try run(staffrepoProgram, ["validate"], in: "/").status == 70)
    try repository.person(2, "line_manager: EMP404\n")
    #expect(try repository.staffrepo("validate").status == 0, "not committed yet")
    #expect(try repository.staffrepo("validate", "--worktree").status == 1)
    #expect(try repository.staffrepo("validate", "--staged").status == 0)
    try git("add", "-A", in: repository.path)
    #expect(try repository.staffrepo("validate", "--staged").status == 1)
  }

  @Test func `gives diagnostics in the contract's shape`() throws {
    let repository = try DataRepository()
    try repository.person(2, "line_manager: EMP11\n")
    try repository.commit()
    let report = try #require(try repository.json("validate") as? [String: Any])
    #expect((report["commit"] as? String)?.count == 40)
    #expect(report["checked"] as? [String: Int] == ["people": 2, "units": 1])
    #expect(report["summary"] as? [String: Int] == ["errors": 1, "warnings": 0])
    let finding = try #require((report["diagnostics"] as? [[String: Any]])?.first)
    #expect(finding["code"] as? String == "P012")
    #expect(finding["rule"] as? String == "unknown-manager")
    #expect(finding["file"] as? String == "data/people/EMP2.yaml")
    #expect(finding["subject"] as? String == "EMP2")
    let place = ["line", "column", "end_line", "end_column"].compactMap { finding[$0] as? Int }
    #expect(place == [9, 15, 9, 20])
    let fix = finding["fix"] as? [String: Any]
    #expect((fix?["edits"] as? [[String: Any]])?.first?["text"] as? String == "EMP1")
  }

  @Test func `compares commits, units first, each by id`() throws {
    let repository = try DataRepository()
    try repository.person(2, "salary_grade: G2\n")
    try repository.person(10)
    try repository.write("data/units/team-b.yaml", "id: 9\ncode: team-b\nname: B\n")
    try git("mv", "data/people/EMP1.yaml", "data/people/x.yaml", in: repository.path)
    try repository.commit()
    let diff = try #require(try repository.json("diff", "HEAD~1") as? [String: Any])
    let changes = try #require(diff["changes"] as? [[String: Any]])
    #expect(
      changes.map { "\($0["change"] ?? "") \($0["kind"] ?? "") \($0["id"] ?? "")" } == [
        "created unit 9", "updated person 2", "created person 10",
      ])
    let fields = changes[1]["fields"] as? [[String: Any]]
    #expect(fields?.map { $0["field"] as? String } == ["salary_grade"])
  }

  @Test func `reads bare repositories, and goes where -C says`() throws {
    let repository = try DataRepository()
    let bare = try Scratch()
    try git("clone", "--quiet", "--bare", repository.path, bare.path + "/b.git", in: bare.path)
    let result = try run(staffrepoProgram, ["-C", bare.path + "/b.git", "validate", "--format", "json"])
    #expect(result.status == 0)
    #expect(result.output.contains("\"people\": 2"))
  }

  @Test func `makes a repository that validates and publishes`() throws {
    let scratch = try Scratch()
    let made = try run(staffrepoProgram, ["init", "records", "--name", "A \"quoted\" Trust: x"], in: scratch.path)
    #expect(made.status == 0, "\(made.errors)")
    let folder = scratch.path + "/records"
    #expect(try run(staffrepoProgram, ["validate", "--worktree"], in: folder).status == 0)
    try git("add", "-A", in: folder)
    try git("commit", "--quiet", "--message", "begin", in: folder)
    #expect(try run(staffrepoProgram, ["publish"], in: folder).status == 0)
    #expect(try run(staffrepoProgram, ["init", "records"], in: scratch.path).status == 1, "never over what is there")
  }

  @Test func `says so when the port is taken`() throws {
    let receiver = try Receiver()
    let second = try run("timeout", ["20", staffrepoProgram, "listen", "--port", "\(receiver.port)"])
    #expect(second.status == 70)
    #expect(second.errors.contains("--port"))
  }

  @Test func `explains every rule`() throws {
    let repository = try DataRepository()
    #expect(try repository.staffrepo("explain", "P012").output.contains("unknown-manager"))
    #expect(try repository.staffrepo("explain", "P999").status == 64)
  }

  @Test func `says what is wrong with the set-up`() throws {
    let repository = try DataRepository(webhook: 1)
    let checks = try #require(try repository.json("doctor") as? [[String: Any]])
    #expect(checks.first { $0["check"] as? String == "hooks" }?["status"] as? String == "warning")
    let broken = try repository.staffrepo("doctor", environment: ["STAFFREPO_SECRET_DESK": ""])
    #expect(broken.status == 1)
    #expect(broken.output.contains("env:STAFFREPO_SECRET_DESK"))
  }
}
