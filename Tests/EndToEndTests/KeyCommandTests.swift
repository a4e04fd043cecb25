import Access
import Foundation
import RecordSchema
import TestSupport
import Testing

private let now = ["STAFFREPO_NOW": "2026-11-30T22:00:00Z"]

extension DataRepository {
  fileprivate func text(_ path: String) throws -> String {
    try String(contentsOfFile: "\(self.path)/\(path)", encoding: .utf8)
  }

  fileprivate func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: "\(self.path)/\(path)") }

  /// What `validate --worktree` finds in one file.
  fileprivate func findings(in path: String, on day: String = "2026-11-30") throws -> [String] {
    let report = try json("validate", "--worktree", "--as-of", day) as? [String: Any]
    return (report?["diagnostics"] as? [[String: Any]] ?? []).filter { $0["file"] as? String == path }
      .compactMap { $0["code"] as? String }
  }

  /// The key that a command printed, which must be all that it printed.
  fileprivate func key(_ result: ProgramResult) throws -> String {
    #expect(result.status == 0, "\(result.errors)")
    let key = String(result.output.dropLast())
    #expect(KeyToken.isWellFormed(key))
    #expect(result.output == key + "\n")
    #expect(!result.errors.contains(key))
    return key
  }

  /// Whether any file below the folder, git's own included, holds a text.
  fileprivate func holds(_ text: String) throws -> Bool {
    try run("grep", ["-rqF", "-e", text, path]).status == 0
  }

  fileprivate func keys() throws -> [[String: Any]] {
    let result = try staffrepo("apikey", "list", "--format", "json", environment: now)
    #expect(result.status == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
  }
}

@Suite struct `Key commands` {
  private let repository: DataRepository

  init() throws { repository = try DataRepository() }

  private func create(_ name: String, _ more: String...) throws -> ProgramResult {
    try run(
      staffrepoProgram, ["apikey", "create", name, "--system", "hr", "--scope", "staff:read"] + more,
      in: repository.path, environment: now)
  }

  @Test func `A new key is shown once, and its file is good`() throws {
    let result = try create("payslips", "--scope", "units:read", "--unit", "team-a", "--description", "Pay: slips")
    let key = try repository.key(result)
    let path = "data/apikeys/payslips.yaml"
    let digest = try run("sha256sum", [], input: Data(key.utf8)).output.prefix(64)
    let hint = key.suffix(4)
    let text = try repository.text(path)
    let written = [
      "system: hr", "name: \"Pay: slips\"", "key_hash: sha256:\(digest)", "scopes:", "  - staff:read", "  - units:read",
      "units:", "  - team-a", "created_at: 2026-11-30", "expires_at: 2027-11-30",
    ]
    #expect(text.split(separator: "\n").filter { !$0.hasPrefix("key_hint:") }.map(String.init) == written)
    #expect(text.contains("\nkey_hint: \(hint)\n") || text.contains("\nkey_hint: \"\(hint)\"\n"))
    #expect(try repository.findings(in: path) == [])
    #expect(try !repository.holds(key))
    #expect(result.errors.contains("not committed"))
    #expect(try git("status", "--porcelain", in: repository.path) == "?? data/apikeys/")
  }

  @Test func `The file names the schema that the repository has`() throws {
    try repository.write("schemas/apikey.schema.json", "{}")
    _ = try repository.key(create("a"))
    let line = "# yaml-language-server: $schema=../../schemas/apikey.schema.json\n"
    #expect(try repository.text("data/apikeys/a.yaml").hasPrefix(line))
  }

  @Test(
    arguments: [
      (["--days", "90"], "2027-02-28"), (["--expires", "2028-01-01"], "2028-01-01"), ([], "2027-11-30"),
    ] as [([String], String)])
  func `A key ends when it is told to`(_ options: [String], _ day: String) throws {
    let arguments = ["apikey", "create", "a", "--system", "hr", "--scope", "staff:read"] + options
    _ = try repository.key(run(staffrepoProgram, arguments, in: repository.path, environment: now))
    #expect(try repository.text("data/apikeys/a.yaml").contains("expires_at: \(day)\n"))
  }

  @Test(
    arguments: [
      (["a", "--system", "hr"], 64), (["a", "--system", "hr", "--scope", "staff:raed"], 64),
      (["../a", "--system", "hr", "--scope", "staff:read"], 64),
      (["a/b", "--system", "hr", "--scope", "staff:read"], 64),
      ([".a", "--system", "hr", "--scope", "staff:read"], 64), (["", "--system", "hr", "--scope", "staff:read"], 64),
      (["a", "--system", "hr", "--scope", "staff:read", "--days", "0"], 64),
      (["a", "--system", "hr", "--scope", "staff:read", "--days", "9", "--expires", "2027-01-01"], 64),
      (["a", "--system", "hr", "--scope", "staff:read", "--expires", "2026-11-30"], 64),
      (["a", "--scope", "staff:read"], 64), (["a", "--system", "hrr", "--scope", "staff:read"], 1),
      (["a", "--system", "hr", "--scope", "staff:read", "--expires", "2020-01-01"], 64),
      (["a", "--system", "hr", "--scope", "staff:read", "--unit", "team-x"], 1),
    ] as [([String], Int32)])
  func `What would be no good key is not written`(_ arguments: [String], _ status: Int32) throws {
    let result = try run(staffrepoProgram, ["apikey", "create"] + arguments, in: repository.path, environment: now)
    #expect(result.status == status, "\(result.errors)")
    #expect(result.output == "")
    #expect(!result.errors.contains("Usage: staffrepo <"), "the usage of the whole program helps nobody")
    #expect(!repository.has("data/apikeys/a.yaml"))
    #expect(try git("status", "--porcelain", in: repository.path) == "")
  }

  @Test func `A file that is there is never written over`() throws {
    _ = try repository.key(create("payslips"))
    let before = try repository.text("data/apikeys/payslips.yaml")
    #expect(try create("payslips").status == 1)
    #expect(try create("Payslips").status == 1)
    try repository.write("data/apikeys/old/broken.yaml", "system: [")
    #expect(try create("broken").status == 1, "also one in another folder that cannot be read")
    #expect(try repository.text("data/apikeys/payslips.yaml") == before)
  }

  @Test func `Another record's fault does not stop a key`() throws {
    try repository.write("data/people/EMP9.yaml", "id: [")
    _ = try repository.key(create("payslips"))
  }

  @Test func `A bare repository is refused with what to do`() throws {
    let bare = try Scratch()
    try git("clone", "--quiet", "--bare", repository.path, bare.path + "/b.git", in: bare.path)
    for arguments in [
      ["apikey", "create", "a", "--system", "hr", "--scope", "staff:read"], ["apikey", "revoke", "a"],
      ["apikey", "rotate", "a"], ["webhook", "create", "a", "--url", "https://a.example.org/"],
      ["webhook", "remove", "a"],
    ] {
      let result = try run(staffrepoProgram, ["-C", bare.path + "/b.git"] + arguments, environment: now)
      #expect(result.status == 70)
      #expect(result.errors.contains("Clone it"))
    }
    let list = try run(staffrepoProgram, ["-C", bare.path + "/b.git", "apikey", "list", "--format", "json"])
    #expect(list.status == 0)
    #expect(list.output == "[]\n")
  }

  @Test func `A revoked key's file says so, and else what it said`() throws {
    let hash = "sha256:9883c45779e9dda8704a34220cdbd460a2420a5dc0639091ad068482d8c0e04c"
    let text =
      "# Kept.\nsystem: hr   # whose\nkey_hash: \(hash)\nscopes: [staff:read]\n\nexpires_at: 2027-02-02 # a year\n# the end\n"
    try repository.write("data/apikeys/hr.yaml", text)
    #expect(try repository.staffrepo("apikey", "revoke", "hr", environment: now).status == 0)
    let revoked = try repository.text("data/apikeys/hr.yaml")
    let lines = revoked.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines.filter { $0 == "revoked_at: 2026-11-30T22:00:00Z" }.count == 1)
    #expect(
      lines.filter { $0 != "revoked_at: 2026-11-30T22:00:00Z" }
        == text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    let again = try repository.staffrepo("apikey", "revoke", "hr", environment: now)
    #expect(again.status == 0)
    #expect(again.errors.contains("is revoked since"))
    #expect(try repository.text("data/apikeys/hr.yaml") == revoked)
    #expect(try repository.staffrepo("apikey", "revoke", "nobody").status == 1)
  }

  @Test(arguments: [["revoke", "ours"], ["rotate", "ours", "--overlap", "0"], ["rotate", "ours"]])
  func `A key that ends now tells of the subscriptions that go on`(arguments: [String]) throws {
    _ = try repository.key(create("ours"))
    for (name, more) in [
      ("made-by-key", "system: hr\n"), ("ended", "system: hr\nis_active: false\n"), ("by-people", ""),
    ] {
      try repository.write("data/webhooks/\(name).yaml", "url: https://hr.example/\(name)\n" + more)
    }
    let told = try run(staffrepoProgram, ["apikey"] + arguments, in: repository.path, environment: now).errors
    #expect(told.contains("go on: made-by-key. ") == (arguments != ["rotate", "ours"]))
    #expect(!told.contains("by-people") && !told.contains("ended"))
  }

  @Test func `A key is revoked sooner than it was going to be`() throws {
    _ = try repository.key(create("a"))
    let text = try repository.text("data/apikeys/a.yaml")
    try repository.write("data/apikeys/a.yaml", text + "revoked_at: 2027-01-01\n")
    #expect(try repository.staffrepo("apikey", "revoke", "a", environment: now).status == 0)
    #expect(try repository.text("data/apikeys/a.yaml") == text + "revoked_at: 2026-11-30T22:00:00Z\n")
  }

  @Test func `A key is revoked also while its file is broken`() throws {
    _ = try repository.key(create("a"))
    try repository.commit()
    try repository.write("data/apikeys/a.yaml", "system: [")
    try repository.commit()
    #expect(try repository.keys().first?["held"] as? Bool == true)
    #expect(try repository.keys().first?["state"] as? String == "active")
    #expect(try repository.staffrepo("apikey", "revoke", "a", environment: now).status == 0)
    #expect(try repository.text("data/apikeys/a.yaml") == "system: [\nrevoked_at: 2026-11-30T22:00:00Z\n")
    try repository.commit()
    #expect(try repository.keys().first?["state"] as? String == "revoked")
  }

  @Test func `A rotated key has a successor with the same rights, and both hold for a while`() throws {
    let first = try repository.key(create("hr-pull", "--unit", "team-a"))
    let path = "data/apikeys/hr-pull.yaml"
    try repository.write(path, "# The nightly pull.\n" + repository.text(path))
    let before = try repository.text(path)
    let second = try repository.key(repository.staffrepo("apikey", "rotate", "hr-pull", environment: now))
    #expect(first != second)
    #expect(
      try repository.text(path) == before.replacing("expires_at: 2027-11-30", with: "expires_at: 2026-12-07T22:00:00Z"))
    let next = try repository.text("data/apikeys/hr-pull-2.yaml")
    func rights(_ text: String) -> [Substring] {
      text.split(separator: "\n").filter { !$0.hasPrefix("key_h") && !$0.hasPrefix("expires_at") }
    }
    #expect(rights(next) == rights(before))
    #expect(next.contains("expires_at: 2027-11-30\n"))
    #expect(try repository.findings(in: "data/apikeys/hr-pull-2.yaml") == [])
    #expect(try repository.findings(in: path) == [], "nobody needs to make the next key: it is there")
    #expect(try !repository.holds(second))
    let third = try repository.staffrepo("apikey", "rotate", "hr-pull-2", "--overlap", "0", environment: now)
    _ = try repository.key(third)
    #expect(repository.has("data/apikeys/hr-pull-3.yaml"))
    #expect(try repository.text("data/apikeys/hr-pull-2.yaml").contains("expires_at: 2026-11-30T22:00:00Z\n"))
    _ = try repository.key(repository.staffrepo("apikey", "rotate", "hr-pull", environment: now))
    #expect(repository.has("data/apikeys/hr-pull-4.yaml"), "the names between are taken")
  }

  @Test func `A key that runs out is warned of, unless another may do the same for longer`() throws {
    _ = try repository.key(create("old", "--days", "9"))
    let path = "data/apikeys/old.yaml"
    #expect(try repository.findings(in: path) == ["K006"])
    _ = try repository.key(create("sooner", "--days", "8"))
    _ = try repository.key(create("fewer", "--unit", "team-a"))
    #expect(try repository.findings(in: path) == ["K006"], "neither does what it does for longer")
    _ = try repository.key(create("next", "--scope", "units:read"))
    #expect(try repository.findings(in: path) == [])
    #expect(try repository.staffrepo("apikey", "revoke", "next", environment: now).status == 0)
    #expect(try repository.findings(in: path) == ["K006"])
  }

  @Test func `A clone does not know which key is used, and says who does`() throws {
    _ = try repository.key(create("a"))
    try repository.commit()
    let scratch = try Scratch()
    try git("clone", "--quiet", repository.path, scratch.path + "/clone", in: scratch.path)
    let clone = ["-C", scratch.path + "/clone", "apikey", "list"]
    let text = try run(staffrepoProgram, clone, environment: now)
    #expect(text.output.contains("not known here") && !text.output.contains("never"), "\(text.output)")
    #expect(text.errors.contains("staffrepo -C \(repository.path) apikey list"), "\(text.errors)")
    let json = try run(staffrepoProgram, clone + ["--format", "json"], environment: now)
    #expect(json.output.contains("\"requests\": null"))
  }

  @Test func `Rotating never makes the old key hold longer`() throws {
    _ = try repository.key(create("a", "--days", "3"))
    _ = try repository.key(repository.staffrepo("apikey", "rotate", "a", "--overlap", "30", environment: now))
    #expect(try repository.text("data/apikeys/a.yaml").contains("expires_at: 2026-12-03\n"))
  }

  @Test func `A revoked key has no successor`() throws {
    _ = try repository.key(create("a"))
    #expect(try repository.staffrepo("apikey", "revoke", "a", environment: now).status == 0)
    let result = try repository.staffrepo("apikey", "rotate", "a", environment: now)
    #expect(result.status == 1)
    #expect(result.output == "")
    #expect(!repository.has("data/apikeys/a-2.yaml"))
  }

  @Test func `The list tells what holds, what is used, and what is not committed`() throws {
    for (name, days) in [
      ("active", "300"), ("expiring", "20"), ("revoked", "300"), ("changed", "300"), ("gone", "300"),
    ] {
      _ = try repository.key(create(name, "--days", days))
    }
    _ = try repository.staffrepo("apikey", "revoke", "revoked", environment: now)
    try repository.write(
      "data/apikeys/expired.yaml",
      "system: hr\nkey_hash: sha256:\(String(repeating: "0123456789abcdef", count: 4))\nscopes: [staff:read]\nexpires_at: 2026-11-30\n"
    )
    try repository.commit()
    _ = try repository.staffrepo("apikey", "revoke", "changed", environment: now)
    try git("rm", "--quiet", "data/apikeys/gone.yaml", in: repository.path)
    _ = try repository.key(create("new"))

    let hash = try #require(
      repository.text("data/apikeys/active.yaml").firstMatch(of: /key_hash: (sha256:[0-9a-f]{64})/)?.1)
    let use = KeyUse(path: "\(repository.path)/.git/staffrepo/keys.sqlite")
    let grant = Grant(key: "active", system: "hr", scopes: [], units: nil, expiry: nil, keyHash: String(hash))
    use.note(grant, at: try #require(Instant("2026-11-30T21:00:00Z")))
    use.note(grant, refused: true, at: try #require(Instant("2026-11-30T21:30:00Z")))
    try use.flush()

    let keys = try repository.keys()
    let rows = keys.map { "\($0["name"] ?? "") \($0["state"] ?? "") \($0["committed"] ?? "") \($0["work_tree"] ?? "")" }
    #expect(
      rows
        == [
          "active active 1 same", "changed active 1 changed", "expired expired 1 same", "expiring expiring 1 same",
          "gone active 1 removed", "new active 0 new", "revoked revoked 1 same",
        ].map { $0.replacing(" 1 ", with: " \(true as NSNumber) ").replacing(" 0 ", with: " \(false as NSNumber) ") })
    let active = try #require(keys.first)
    #expect(active["requests"] as? Int == 1)
    #expect(active["refused"] as? Int == 1)
    #expect(active["last_used"] as? String == "2026-11-30T21:30:00Z")
    #expect(active["scopes"] as? [String] == ["staff:read"])
    #expect(active["until"] as? String == "2027-09-25T23:00:00Z", "midnight in London")
    let text = try repository.staffrepo("apikey", "list", environment: now)
    #expect(text.output.contains("removed, not committed"))
    #expect(text.output.split(separator: "\n").count == 8)
    #expect(text.output.contains("never") && !text.output.contains("not known here"))
  }
}

@Suite struct `Subscription commands` {
  private let repository: DataRepository

  init() throws { repository = try DataRepository() }

  private let path = "data/webhooks/rota.yaml"
  private let secretPath = ".git/staffrepo/secrets/rota"

  private func create(_ more: String...) throws -> ProgramResult {
    try run(
      staffrepoProgram, ["webhook", "create", "rota", "--url", "https://rota.example.org/hook"] + more,
      in: repository.path, environment: now)
  }

  @Test func `A new subscription is written with a secret that only this host has`() throws {
    let result = try create(
      "--event", "person.created", "--event", "person.deactivated", "--field", "id", "--field", "first_name", "--unit",
      "team-a", "--format", "cloudevents-binary", "--backfill")
    #expect(result.status == 0, "\(result.errors)")
    let secret = String(result.output.dropLast())
    #expect(result.output == secret + "\n")
    #expect(secret.hasPrefix("whsec_"))
    #expect(Data(base64Encoded: String(secret.dropFirst(6)))?.count == 32)
    #expect(!result.errors.contains(secret))
    #expect(
      try repository.text(path) == """
        url: https://rota.example.org/hook
        events:
          - person.created
          - person.deactivated
        secrets:
          - file:rota
        format: cloudevents-binary
        fields:
          - id
          - first_name
        units:
          - team-a
        backfill: true

        """)
    #expect(try repository.text(secretPath) == secret + "\n")
    let modes = try run("stat", ["-c", "%a", secretPath, ".git/staffrepo/secrets"], in: repository.path).output
    #expect(modes == "600\n700\n")
    #expect(try repository.findings(in: path) == [])
    #expect(try git("status", "--porcelain", in: repository.path) == "?? data/webhooks/")
  }

  @Test func `Without more it gets every event`() throws {
    #expect(try create().status == 0)
    let text = "url: https://rota.example.org/hook\nevents:\n  - \"*\"\nsecrets:\n  - file:rota\n"
    #expect(try repository.text(path) == text)
    #expect(try repository.findings(in: path) == [])
  }

  @Test(arguments: [
    ["--event", "person.craeted"], ["--field", "first-name"], ["--unit", "team-x"], ["--format", "xml"],
    ["--url", "http://rota.example.org/hook"], ["--url", "https://169.254.169.254/"], ["--url", "rota"],
    ["--url", "https://user:hunter2@rota.example.org/"],
  ])
  func `What would be no good subscription is not written, and no secret is left`(_ options: [String]) throws {
    let base = options[0] == "--url" ? [] : ["--url", "https://rota.example.org/hook"]
    let result = try run(
      staffrepoProgram, ["webhook", "create", "rota"] + base + options, in: repository.path, environment: now)
    #expect(result.status == (options[0] == "--format" ? 64 : 1), "\(result.errors)")
    #expect(result.output == "")
    #expect(!result.errors.contains("hunter2"))
    #expect(!repository.has(path))
    #expect(!repository.has(secretPath))
  }

  @Test func `Nothing that is there is written over`() throws {
    #expect(try create().status == 0)
    let (text, secret) = (try repository.text(path), try repository.text(secretPath))
    #expect(try create().status == 1)
    try git("clean", "--quiet", "-fd", in: repository.path)
    let result = try create()
    #expect(result.status == 1)
    #expect(result.errors.contains("There is a secret"))
    #expect(!repository.has(path))
    #expect(try repository.text(secretPath) == secret)
    #expect(!text.contains(secret))
  }

  @Test func `It is listed with what is missing, and signs a trial event`() throws {
    let receiver = try Receiver(secret: nil)
    let made = try run(
      staffrepoProgram, ["webhook", "create", "rota", "--url", "http://127.0.0.1:\(receiver.port)/rota"],
      in: repository.path, environment: now)
    #expect(made.status == 0, "\(made.errors)")
    let trial = try repository.staffrepo("webhook", "test", "rota", "--worktree")
    #expect(trial.status == 0, "\(trial.output) \(trial.errors)")
    #expect(trial.output.contains("signed with 1 secret"))
    func row() throws -> [String: Any] {
      try #require((repository.json("webhook", "list") as? [[String: Any]])?.first)
    }
    #expect(try row()["work_tree"] as? String == "new")
    #expect(try row()["committed"] as? Bool == false)
    #expect(try row()["missing_secrets"] as? [String] == [])
    try repository.commit()
    #expect(try row()["work_tree"] as? String == "same")
    try run("rm", [secretPath], in: repository.path)
    #expect(try row()["missing_secrets"] as? [String] == ["file:rota"])
    #expect(try repository.staffrepo("webhook", "list").output.contains("missing: file:rota"))
  }

  @Test func `It is removed, and what stays is told`() throws {
    #expect(try create().status == 0)
    try repository.commit()
    let result = try repository.staffrepo("webhook", "remove", "webhook/rota")
    #expect(result.status == 0)
    #expect(result.errors.contains("is given up"))
    #expect(result.errors.contains("secrets/rota"))
    #expect(!repository.has(path))
    #expect(repository.has(secretPath))
    #expect(try repository.staffrepo("webhook", "remove", "rota").status == 1)
  }
}
