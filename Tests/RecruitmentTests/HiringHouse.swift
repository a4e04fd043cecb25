import Access
import FileStore
import GitStore
import Proposals
import RecordSchema
import Recruitment
import Synchronization
import TestSupport

/// An organisation with its repository, into which hires come.
final class HiringHouse: Sendable {
  static let now = Instant("2026-05-04T09:00:00Z")!

  let scratch: Scratch
  /// Bare.
  let repository: String
  let desk: ImportDesk
  let host: ImportHost
  private let clones = Atomic(0)

  static let settings = """
    organisation:
      id: 1
      email_domains: [example.org]
    policies:
      - {name: settings, paths: [staffrepo.yaml], authors: [boss@example.org]}

    """

  static let files = [
    "data/units/care.yaml": "id: 1\ncode: care\nname: Care Services\n",
    "data/units/team-a.yaml": "id: 2\ncode: team-a\nname: Care Team\nparent: care\n",
    "data/units/office.yaml": "id: 3\ncode: office\nname: Head Office\n",
    "data/units/team-o.yaml": "id: 4\ncode: team-o\nname: Care Team\nparent: office\n",
    "data/people/EMP001.yaml": person(1, "Ada", "Byrne"),
    "data/people/EMP002.yaml": person(2, "Omar", "Farouk", more: "employment_end_date: 2025-12-31\n"),
  ]

  static func person(_ id: Int, _ first: String, _ last: String, more: String = "") -> String {
    "# yaml-language-server: $schema=../../docs/schemas/person.schema.json\nid: \(id)\nemployee_reference: EMP00\(id)\nfirst_name: \(first)\nlast_name: \(last)\nemail: \(first.lowercased()).\(last.lowercased())@example.org\njob_title: Nurse\nemployment_start_date: 2020-01-06\n\(more)organisational_units:\n  - team-a\n"
  }

  init(
    _ more: String = "", files: [String: String] = HiringHouse.files,
    secret: @escaping @Sendable (SecretReference) -> String = { _ in "s3cret" }
  ) throws {
    scratch = try Scratch()
    repository = scratch.path + "/records.git"
    try TestSupport.git("init", "--quiet", "--bare", "--initial-branch=main", repository, in: scratch.path)
    var graph = CommitGraph()
    _ = graph.add(
      files.merging(["staffrepo.yaml": Self.settings + more]) { $1 }, time: 1_700_000_000, parents: [])
    let commit = try graph.write(to: repository)[0]
    try TestSupport.git("update-ref", "refs/heads/main", commit, in: repository)
    try TestSupport.git("update-ref", "-d", "refs/heads/scratch-0", in: repository)
    let path = repository
    host = ImportHost(
      open: { try Repository(containing: path) }, branch: { _ in "main" }, folder: path + "/staffrepo",
      cacheFolder: path + "/staffrepo/cache", judge: ChangeJudge(cacheFolder: path + "/staffrepo/cache"),
      secret: secret, wake: {})
    desk = ImportDesk(host)
  }

  static func grant(
    _ system: String = "ats", scopes: Set<Grant.Scope> = [.recruitmentWrite], units: Set<UnitCode>? = nil
  ) -> Grant {
    Grant(key: "\(system)-key", system: system, scopes: scopes, units: units, expiry: nil)
  }

  /// What a request with these bytes is answered.
  func send(
    _ body: String, as grant: Grant? = HiringHouse.grant(), type: String = "application/json",
    change: (inout ImportRequest) -> Void = { _ in }
  ) -> ImportAnswer {
    var request = ImportRequest(body: Array(body.utf8), mediaType: type, grant: grant, now: Self.now)
    change(&request)
    return desk.handle(request)
  }

  @discardableResult
  func git(_ words: String..., in folder: String? = nil) throws -> String {
    let result = try run("git", words, in: folder ?? repository)
    guard result.status == 0 else { throw ProgramFailure(description: "git \(words): \(result.errors)") }
    return result.output
  }

  func branches() throws -> [String] {
    try git("for-each-ref", "--format=%(refname:short)", "refs/heads").split(separator: "\n").map(String.init)
  }

  func file(_ path: String, at revision: String) throws -> String { try git("show", "\(revision):\(path)") }

  /// Puts a branch onto main, as HR does.
  func merge(_ branch: String) throws { try git("update-ref", "refs/heads/main", "refs/heads/\(branch)") }

  // MARK: What people do by hand

  /// A new work tree of a branch.
  func clone(_ branch: String = "main") throws -> String {
    let clone = "\(scratch.path)/clone-\(clones.add(1, ordering: .relaxed).newValue)"
    try git("clone", "--quiet", "--branch", branch, repository, clone)
    return clone
  }

  func write(_ text: String, to file: String, in clone: String) throws {
    try FileStore.write(text.utf8, to: "\(clone)/\(file)")
    try push(clone)
  }

  /// - Parameter script: of sed.
  func edit(_ file: String, _ script: String, on branch: String = "main") throws {
    let clone = try clone(branch)
    try run("sed", ["-i", script, file], in: clone)
    try push(clone)
  }

  func remove(_ file: String) throws {
    let clone = try clone()
    try git("rm", "--quiet", file, in: clone)
    try push(clone)
  }

  private func push(_ clone: String) throws {
    try git("commit", "--quiet", "--all", "-m", "By hand", in: clone)
    try git("push", "--quiet", "origin", "HEAD", in: clone)
  }
}

/// A hire's request.
func hire(_ reference: String?, _ fields: [String: String] = [:], without: Set<String> = []) -> String {
  var values = [
    "first_name": "Noor", "last_name": "Haddad", "email": "noor.haddad@example.org", "job_title": "Nurse",
    "employment_start_date": "2026-06-01", "organisational_unit": "team-a",
  ].merging(fields) { $1 }
  for name in without { values[name] = nil }
  var members: [JSON.Member] = []
  if let reference { members.append(.init("source_reference", .string(reference))) }
  let inner = values.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }
  return JSON.object(members + [.init("new_hire", .object(inner))]).text
}

extension ImportAnswer {
  var state: JSON? { body["state"] }
  /// The codes and places of what was found wrong.
  var faults: Set<String> {
    guard case .array(let errors)? = body["errors"] else { return [] }
    return Set(
      errors.map { error in
        guard case .string(let code)? = error["code"] else { return "" }
        if case .string(let pointer)? = error["pointer"] { return "\(code) \(pointer)" }
        return code
      })
  }
  var warnings: [String] {
    guard case .array(let warnings)? = body["warnings"] else { return [] }
    return warnings.compactMap { if case .string(let code)? = $0["code"] { code } else { nil } }
  }
}
