import Access
import FileStore
import Foundation
import GitStore
import HTTPAPI
import Logging
import RecordSchema
import Roster
import TestSupport
import Testing

/// A repository with two people and some keys, and the API answering from it.
final class Office: Sendable {
  let scratch: Scratch
  let path: String
  let clock = TestClock()
  let port: Int
  private let follower: RosterFollower
  private let isEnding = Flag()
  private let server: Task<Void, any Error>

  static let keys = Dictionary(
    uniqueKeysWithValues: ["reader", "narrow", "nobody", "exports", "writer"].map { ($0, mint()) })

  static func mint() -> KeyToken {
    var random = SystemRandomNumberGenerator()
    return KeyToken.mint(using: &random)
  }

  init(quotas: RateLimits.Quotas = .init(perMinute: 0, perDay: 0)) async throws {
    let scratch = try Scratch()
    (self.scratch, path) = (scratch, scratch.path + "/records")
    try git("init", "--quiet", "--initial-branch=main", path, in: scratch.path)
    let (clock, isEnding, records) = (clock, isEnding, path)
    try Self.write(
      "staffrepo.yaml", "organisation:\n  id: 1\n  name: Office\n  email_domains: [example.org]\n", in: records)
    try Self.write("data/units/house.yaml", "id: 1\ncode: house\nname: House\n", in: records)
    try Self.write("data/units/garden.yaml", "id: 2\ncode: garden\nname: Garden\n", in: records)
    for (number, unit) in [(1, "house"), (2, "garden")] {
      try Self.write("data/people/EMP00\(number).yaml", Self.person(number, unit: unit), in: records)
    }
    try Self.key("reader", "app", ["staff:read", "units:read", "photos:read", "exports:read"], in: records)
    try Self.key("narrow", "app", ["staff:read", "exports:read"], more: "units: [house]\n", in: records)
    try Self.key("nobody", "app", ["status:read"], in: records)
    try Self.key("writer", "ats", ["recruitment:write", "webhooks:write"], in: records)
    try git("add", "--all", in: records)
    try git("commit", "--quiet", "--message", "The beginning", in: records)

    let follower = try RosterFollower(
      .init(
        open: { try Repository(containing: records) }, branch: { _ in "main" }, cache: nil,
        clock: { clock.now }))
    self.follower = follower
    let exports = scratch.path + "/exports"
    var settings = ServerSettings()
    settings.port = 0
    settings.farewell = .seconds(5)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let api = API(
      Surroundings(
        clock: { clock.now }, follower: follower, limits: RateLimits(quotas), throttle: FailureThrottle(),
        use: KeyUse(path: scratch.path + "/keys.sqlite"),
        host: .init(
          exports: { exports }, status: { ["commit": "none"] }, metrics: { "staffrepo_held 0\n" },
          imports: { Self.outcome(of: $0) },
          hires: { reference, source, grant, _ in
            Outcome(status: 200, json: ["source": .string(source ?? grant.system), "source_id": .string(reference)])
          },
          subscriptions: { wish, grant, _ in
            Outcome(status: 200, json: ["system": .string(grant.system), "action": .string(wish.action.rawValue)])
          }),
        forms: RecordForms(person: ["type": "object"], unit: ["type": "object"])), settings, logger: logger)
    let (ports, found) = AsyncStream<Int>.makeStream()
    server = Task {
      defer { found.finish() }
      try await APIServer(api, settings, logger: logger).run {
        found.yield($0)
      } until: {
        while !isEnding.isRaised, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
      }
    }
    port = try #require(await ports.first { _ in true })
    while follower.roster == nil { try await Task.sleep(for: .milliseconds(5)) }
  }

  /// What becomes of an import: who asks for it is refused at length.
  private static func outcome(of submission: Submission) -> Outcome {
    submission.body != Array("at length".utf8)
      ? Outcome(status: 201, json: ["bytes": .int(submission.body.count), "again": .bool(submission.isAgain)])
      : Outcome(status: 422, json: ["detail": .string(String(repeating: "x", count: 4 << 20))])
  }

  deinit {
    isEnding.raise()
    follower.stop()
  }

  /// Asks it to end, and waits until it has.
  func end() async throws {
    isEnding.raise()
    try await server.value
  }

  static func person(_ number: Int, unit: String = "house", more: String = "") -> String {
    """
    id: \(number)
    employee_reference: EMP00\(number)
    first_name: Ada
    last_name: Number\(number)
    email: ada.\(number)@example.org
    job_title: Keeper
    employment_start_date: 2020-01-01
    salary_grade: G7
    organisational_units: [\(unit)]

    """ + more
  }

  static func key(_ name: String, _ system: String, _ scopes: [String], more: String = "", in folder: String) throws {
    let token = try #require(keys[name])
    try write(
      "data/apikeys/\(name).yaml",
      "system: \(system)\nname: \(name)\nkey_hash: \(token.hash)\nscopes: [\(scopes.map { "\"\($0)\"" }.joined(separator: ", "))]\n"
        + more, in: folder)
  }

  static func write(_ file: String, _ text: String, in folder: String) throws {
    try FileStore.makeDirectory(FileStore.directory(of: "\(folder)/\(file)"))
    try FileStore.write(text.utf8, to: "\(folder)/\(file)")
  }

  /// Commits a change; the API shows it some moments later.
  @discardableResult
  func push(_ file: String, _ text: String) throws -> String {
    try Self.write(file, text, in: path)
    try git("add", "--all", in: path)
    try git("commit", "--quiet", "--message", "A change", in: path)
    follower.look()
    return try git("rev-parse", "HEAD", in: path)
  }

  func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<2000 {
      if try await condition() { return true }
      try await Task.sleep(for: .milliseconds(5))
    }
    return false
  }

  // MARK: Asking

  /// - Parameter key: the name of one of `keys`.
  func ask(
    _ target: String, _ key: String? = nil, method: String = "GET", body: String? = nil,
    _ fields: [String: String] = [:]
  )
    async throws -> HTTPReply
  {
    var fields = fields
    if let key { fields["Authorization"] = "Bearer \(try #require(Self.keys[key]).text)" }
    let (port, sent) = (port, fields)
    return try await onThread { try HTTPClient(port: port).ask(method, target, sent, body: body) }
  }
}
