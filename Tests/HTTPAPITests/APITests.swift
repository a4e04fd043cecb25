import Access
import FileStore
import Foundation
import RecordSchema
import TestSupport
import Testing

@Suite(.serialized) struct `The API` {
  @Test func `answers a list of people, whole and by pages`() async throws {
    let office = try await Office()
    let whole = try await office.ask("/api/staff-data", "reader")
    #expect(whole.status == 200)
    let people = try #require(try whole.json()["data"] as? [[String: Any]])
    #expect(people.map { $0["id"] as? Int } == [1, 2])
    #expect(people.allSatisfy { $0["salary_grade"] == nil })
    let page = try await office.ask("/api/staff-data.php?per_page=1&page=2&whatever=1", "reader")
    #expect(page.fields["staffrepo-total"] == "2")
    #expect(page.fields["link"]?.contains(#"page=1>; rel="prev""#) == true)
    let meta = try #require(try page.json()["meta"] as? [String: Any])
    #expect(meta["digest"] as? String == whole.fields["staffrepo-digest"])
    try await office.end()
  }

  @Test(arguments: ["/api/staff-data", "/api/staff-data/1", "/api/staff-data?format=csv", "/api/units"])
  func `costs a 304 while nothing changes, and not after`(path: String) async throws {
    let office = try await Office()
    let first = try await office.ask(path, "reader")
    let tag = try #require(first.fields["etag"])
    for known in [tag, "\"other\", \(tag)", "W/\(tag)", "*"] {
      let again = try await office.ask(path, "reader", ["If-None-Match": known])
      #expect(again.status == 304 && again.body.isEmpty && again.fields["etag"] == tag)
    }
    #expect(try await office.ask(path, "reader", ["If-None-Match": "\"other\""]).status == 200)
    let head = try await office.ask(path, "reader", method: "HEAD")
    #expect(head.status == 200 && head.fields["content-length"] == "\(first.body.count)")
    let packed = try await office.ask(path, "reader", ["Accept-Encoding": "gzip"])
    #expect(packed.fields["etag"] != tag, "other bytes, another tag")
    try office.push("data/people/EMP001.yaml", Office.person(1, more: "preferred_name: Addie\n"))
    #expect(try await office.eventually { try await office.ask(path, "reader", ["If-None-Match": tag]).status == 200 })
    try await office.end()
  }

  @Test func `tells a key only what it may see`() async throws {
    let office = try await Office()
    let narrow = try await office.ask("/api/staff-data?include_inactive=1", "narrow").json()
    #expect((narrow["data"] as? [[String: Any]])?.map { $0["id"] as? Int } == [1])
    let hidden = try await office.ask("/api/staff-data/2", "narrow")
    let unknown = try await office.ask("/api/staff-data/77", "narrow")
    #expect(hidden.status == 404 && hidden.body == unknown.body)
    for (path, key) in [
      ("/api/staff-data", "nobody"), ("/api/units", "narrow"), ("/api/exports/app", "narrow"),
      ("/api/exports/other", "reader"),
    ] {
      let refused = try await office.ask(path, key)
      #expect(refused.status == 403, "\(path)")
      #expect(refused.fields["content-type"] == "application/problem+json")
    }
    let numbers = try await office.ask("/metrics").text
    #expect(
      numbers.contains(#"staffrepo_api_key_requests_total{key="narrow"} "#) && numbers.contains("staffrepo_held 0"))
    #expect(numbers.contains(#"{method="GET",route="/api/staff-data/{person}",status="404"} 2"#))
    let key = try await office.ask("/api/key", "narrow").json()
    #expect(key["units"] as? [String] == ["house"])
    try await office.end()
  }

  @Test func `says the same to every key that is not good`() async throws {
    let office = try await Office()
    let stranger = Office.mint().text
    var bodies: [HTTPReply] = []
    for fields in [["X-API-Key": stranger], ["Authorization": "Bearer nonsense"], ["Authorization": "Basic YTpi"], [:]]
    {
      bodies.append(try await office.ask("/api/key", nil, fields))
    }
    #expect(Set(bodies.map(\.status)) == [401])
    #expect(Set(bodies.map(\.text)).count == 1)
    #expect(bodies[0].fields["www-authenticate"] == #"Bearer realm="staffrepo""#)
    for _ in 0..<30 { _ = try await office.ask("/api/key", nil, ["X-API-Key": stranger]) }
    let waiting = try await office.ask("/api/key", nil, ["X-API-Key": stranger])
    #expect(waiting.status == 429 && waiting.fields["retry-after"] != nil)
    #expect(try await office.ask("/api/key", "reader").status == 200, "a good key passes")
    try await office.end()
  }

  @Test func `does nothing for a signature where nobody signs, or from where too many failed`() async throws {
    let office = try await Office()
    let signature = ["Signature": "sha256 00"]
    func hand(over body: String, _ key: String? = nil) async throws -> HTTPReply {
      try await office.ask("/api/recruitment/import", key, method: "POST", body: body, key == nil ? signature : [:])
    }
    #expect(try await hand(over: "{}").status == 401)
    let commit = try office.push(
      "staffrepo.yaml",
      "organisation:\n  id: 1\n  name: Office\n  email_domains: [example.org]\nrecruitment: {sources: {ats: {secret: 'file:ats'}}}\n"
    )
    #expect(
      try await office.eventually {
        try await office.ask("/api/units", "reader").fields["staffrepo-commit"].map(commit.hasPrefix) == true
      })
    // What this office does with hires is to count their bytes.
    #expect(try await hand(over: "{}").status == 201)
    let (port, large) = (office.port, String(repeating: " ", count: 2 << 20))
    let tooLarge = try await onThread {
      let client = try HTTPClient(port: port)
      client.send(
        "POST /api/recruitment/import HTTP/1.1\r\nHost: office\r\nSignature: sha256 00\r\nContent-Length: \(2 << 20)\r\n\r\n"
      )
      return try client.reply()
    }
    #expect(tooLarge.status == 413)
    #expect(try await hand(over: large, "writer").status == 201)
    for _ in 0..<20 { _ = try await office.ask("/api/key", nil, ["X-API-Key": "nonsense"]) }
    let waiting = try await hand(over: "{}")
    #expect(waiting.status == 429 && waiting.fields["retry-after"] != nil)
    #expect(try await hand(over: "{}", "writer").status == 201, "a good key passes")
    try await office.end()
  }

  @Test func `takes a new key and refuses a revoked one by a push`() async throws {
    let office = try await Office()
    #expect(try await office.ask("/api/key", "exports").status == 401)
    try Office.key("exports", "app", ["exports:read"], in: office.path)
    try office.push("data/units/house.yaml", "id: 1\ncode: house\nname: House and hall\n")
    #expect(try await office.eventually { try await office.ask("/api/key", "exports").status == 200 })
    try Office.key("exports", "app", ["exports:read"], more: "revoked_at: 2025-01-01\n", in: office.path)
    try office.push("data/units/house.yaml", "id: 1\ncode: house\nname: House\n")
    #expect(try await office.eventually { try await office.ask("/api/key", "exports").status == 401 })
    #expect(try await office.ask("/api/key", "reader").status == 200, "two keys of one system")
    try await office.end()
  }

  @Test(arguments: ["/api/key", "/api/staff-data"])
  func `counts requests against a quota, also those answered from memory`(path: String) async throws {
    let office = try await Office(quotas: .init(perMinute: 3, perDay: 100))
    for rest in [2, 1, 0] {
      let answer = try await office.ask(path, "reader")
      #expect(answer.status == 200 && answer.fields["ratelimit"]?.contains("r=\(rest);") == true)
    }
    let refused = try await office.ask(path, "reader")
    #expect(refused.statusLine == "HTTP/1.1 429 Too Many Requests" && refused.fields["retry-after"] == "60")
    #expect(try refused.json()["violated-policies"] as? [String] == ["minute"])
    #expect(try await office.ask(path, "narrow").status == 200, "another key has its own")
    office.clock.pass(seconds: 60)
    #expect(try await office.ask(path, "reader").status == 200)
    try await office.end()
  }

  @Test func `has no other files of an export set than those of its manifest`() async throws {
    let office = try await Office()
    let folder = office.scratch.path + "/exports/app/1-abc-2026-01-05"
    try FileStore.makeDirectory(folder + "/.given")
    let large = String(repeating: "some line of a file\n", count: 60_000)
    for (name, text) in [("staff.csv", large), (".given/index", "secret"), ("other.csv", "secret")] {
      try FileStore.write(text.utf8, to: "\(folder)/\(name)")
    }
    try FileStore.write(
      #"{"system":"app","commit":"abc","as_of":"2026-01-05","files":[{"name":"staff.csv","sha256":"77","rows":1,"bytes":1}]}"#
        .utf8,
      to: folder + "/manifest.json")
    try FileStore.switchLink(office.scratch.path + "/exports/app/current", to: "1-abc-2026-01-05")
    let file = try await office.ask("/api/exports/app/staff.csv", "reader")
    #expect(file.status == 200 && file.fields["etag"] == #""77""# && file.text == large)
    #expect(try await office.ask("/api/exports/app/staff.csv", "reader", ["If-None-Match": #""77""#]).status == 304)
    for name in [
      "other.csv", ".given/index", ".given%2Findex", "../app/staff.csv", "%2e%2e/1-abc-2026-01-05/staff.csv",
      "manifest.json%00",
    ] {
      #expect(try await office.ask("/api/exports/app/\(name)", "reader").status == 404, "\(name)")
    }
    try await office.end()
  }

  @Test(arguments: ["json", "csv", "ndjson"])
  func `gives the cursor with a list of any form, and with what changed the sum of all`(form: String) async throws {
    let office = try await Office()
    let first = try await office.ask("/api/staff-data?format=\(form)", "reader")
    let cursor = try #require(first.fields["staffrepo-cursor"])
    #expect(try await office.ask("/api/staff-data", "reader").json()["meta"].map { "\($0)".contains(cursor) } == true)
    #expect(first.fields["staffrepo-full-total"] == nil && first.fields["staffrepo-full-digest"] == nil)
    try office.push("data/people/EMP003.yaml", Office.person(3, more: "is_active: false\n"))
    let later = "/api/staff-data?include_inactive=1&format=\(form)"
    #expect(try await office.eventually { try await office.ask(later, "reader").fields["staffrepo-total"] == "3" })
    let changed = try await office.ask("/api/staff-data?updated_since=\(cursor)&format=\(form)", "reader")
    let everybody = try await office.ask(later, "reader")
    #expect(changed.fields["staffrepo-total"] == "1" && changed.fields["staffrepo-full-total"] == "3")
    #expect(changed.fields["staffrepo-full-digest"] == everybody.fields["staffrepo-digest"])
    #expect(changed.fields["staffrepo-cursor"] == everybody.fields["staffrepo-cursor"])
    #expect(changed.fields["staffrepo-cursor"] != cursor)
    try await office.end()
  }

  @Test func `asks what became of a hire by the number in the address`() async throws {
    let office = try await Office()
    let told = try await office.ask("/api/recruitment/hires/A%2F1%20%C3%A9?source=hub", "writer").json()
    #expect(told["source_id"] as? String == "A/1 é" && told["source"] as? String == "hub")
    #expect(try await office.ask("/api/recruitment/hires/A-1", "reader").status == 403)
    #expect(try await office.ask("/api/recruitment/hires/", "writer").status == 404)
    let again = try await office.ask("/api/recruitment/import?again=1", "writer", method: "POST", body: "{}").json()
    #expect(again["again"] as? Bool == true)
    try await office.end()
  }

  @Test(
    arguments: [
      (#"{"action":"list"}"#, []), (#"{"action":"list","url":null}"#, []),
      (#"{"action":"subscribe","event":["person.created"],"feilds":["id"]}"#, ["event", "feilds"]),
      (#"{"action":"subscribe","url":5,"units":[1],"fields":{}}"#, ["url", "fields", "units"]),
      (#"{"action":"end"}"#, ["action"]), ("{}", ["action"]),
    ] as [(String, [String])])
  func `takes no wish with a member that it does not know`(_ body: String, _ wrong: [String]) async throws {
    let office = try await Office()
    for path in ["/api/webhooks", "/api/webhooks.php"] {
      let answer = try await office.ask(path, "writer", method: "POST", body: body)
      #expect(answer.status == (wrong.isEmpty ? 200 : 422))
      let errors = try answer.json()["errors"] as? [[String: Any]] ?? []
      #expect(errors.compactMap { $0["field"] as? String } == wrong)
      #expect(!wrong.contains("event") || answer.text.contains("Did you mean 'events'?"))
      #expect(!wrong.contains("event") || answer.text.contains("Known are: action, name, url, events,"))
    }
    try await office.end()
  }

  @Test(arguments: [
    ("GET", "/nothing", 404), ("GET", "*api/staff-data/1", 404), ("GET", "/api/staff-data/", 404),
    ("POST", "/api/staff-data", 405),
    ("PUT", "/api/key", 405), ("GET", "/api/staff-data?page=0", 400), ("GET", "/api/staff-data?q=%ff", 400),
    ("GET", "/api/staff-data?page=1&page=2", 400), ("GET", "/api/staff-data?unit=nowhere", 400),
    ("GET", "/api/staff-data?updated_since=0000000000000000000000000000000000000001", 410),
    ("GET", "/api/staff-data/1/photo", 404),
  ])
  func `answers what cannot be answered with a problem`(method: String, path: String, status: Int) async throws {
    let office = try await Office()
    let answer = try await office.ask(path, "reader", method: method)
    #expect(answer.status == status)
    #expect(answer.fields["content-type"] == "application/problem+json")
    #expect(try answer.json()["status"] as? Int == status)
    #expect(answer.fields["x-request-id"] != nil)
    try await office.end()
  }

  @Test func `gives a slow reader the whole of a long refusal before it ends the connection`() async throws {
    let office = try await Office()
    let (port, key) = (office.port, try #require(Office.keys["writer"]).text)
    let answer = try await onThread {
      let client = try HTTPClient(port: port, window: 16_384)
      return try client.ask(
        "POST", "/api/recruitment/import", ["Authorization": "Bearer \(key)", "Content-Type": "application/json"],
        body: "at length")
    }
    #expect(answer.status == 422 && answer.fields["connection"] == "close")
    #expect(answer.body.count > 4 << 20)
    try await office.end()
  }

  @Test func `answers in the order of requests, from memory or not`() async throws {
    let office = try await Office()
    let (port, key) = (office.port, try #require(Office.keys["reader"]).text)
    let whole = try await office.ask("/api/staff-data", "reader")
    let tag = try #require(whole.fields["etag"])
    let replies = try await onThread {
      let client = try HTTPClient(port: port)
      func request(_ line: String, _ more: String = "") -> String {
        "\(line) HTTP/1.1\r\nHost: office\r\nAuthorization: Bearer \(key)\r\n\(more)\r\n"
      }
      let known = "If-None-Match: \(tag)\r\n"
      client.send(
        request("GET /api/staff-data") + request("GET /api/key") + request("GET /api/staff-data", known)
          + request("GET /healthz") + request("HEAD /api/staff-data") + request("GET /api/units", known)
          + request("GET /api/staff-data?page=1", known) + request("GET /api/staff-data?page=1")
          + request("GET /api/staff-data", "Connection: close\r\n"))
      return try (0..<9).map { try client.reply(hasBody: $0 != 4) }
    }
    #expect(replies.map(\.status) == [200, 200, 304, 200, 200, 200, 200, 200, 200])
    #expect(replies[0].body == whole.body && replies[8].body == whole.body)
    #expect(replies[1].text.contains("\"system\":\"app\""))
    #expect(replies[2].fields["etag"] == tag && replies[2].fields["content-length"] == nil)
    #expect(replies[4].fields["content-length"] == "\(whole.body.count)")
    #expect(Set(replies.compactMap { $0.fields["x-request-id"] }).count == 9)
    try await office.end()
  }

  @Test(arguments: ["/api/staff-data", "/api/staff-data?per_page=1", "/api/staff-data/1", "/api/units"])
  func `says from memory what it says when it makes an answer, in the same fields`(path: String) async throws {
    let office = try await Office(quotas: .init(perMinute: 1000, perDay: 0))
    let (port, key) = (office.port, try #require(Office.keys["reader"]).text)
    let wishes: [[String: String]] = [
      [:], ["Accept": "text/csv"], ["Accept": "application/x-ndjson"], ["Accept-Encoding": "gzip"],
      ["If-None-Match": "*"],
    ]
    for method in ["GET", "HEAD"] {
      for wish in wishes {
        let replies = try await onThread {
          let client = try HTTPClient(port: port)
          // What asks for something of the connection is not answered from memory; the last is, since the one before was kept.
          return try ["Connection", "X-Other", "X-Other"].map { name in
            try client.ask(
              method, path,
              wish.merging(["Authorization": "Bearer \(key)", name: "keep-alive"]) { one, _ in one })
          }
        }
        for reply in replies.dropFirst() {
          #expect(reply.status == replies[0].status && reply.body == replies[0].body, "\(method) \(wish)")
          #expect(Self.lasting(reply.fields) == Self.lasting(replies[0].fields), "\(method) \(wish)")
          #expect(reply.fields["x-request-id"] != replies[0].fields["x-request-id"])
        }
      }
    }
    try await office.end()
  }

  @Test func `ends the connection after the head of what it would make while it goes out`() async throws {
    let office = try await Office()
    for number in 100...1200 {
      try Office.write("data/people/EMP00\(number).yaml", Office.person(number), in: office.path)
    }
    try office.push("README", "More people.\n")
    let path = "/api/staff-data?format=ndjson"
    #expect(
      try await office.eventually { try await office.ask(path, "reader").fields["staffrepo-total"] == "1103" })
    let head = try await office.ask(path, "reader", method: "HEAD")
    #expect(head.status == 200 && head.fields["staffrepo-total"] == "1103")
    #expect(head.fields["connection"] == "close" && head.fields["content-length"] == nil)
    let whole = try await office.ask(path, "reader")
    #expect(whole.fields["connection"] == nil && whole.body.count { $0 == 10 } == 1103)
    try await office.end()
  }

  /// The fields that do not differ from request to request.
  private static func lasting(_ fields: [String: String]) -> [String: String] {
    fields.filter { !["date", "x-request-id", "ratelimit", "connection"].contains($0.key) }
  }

  @Test func `has the whole also for who asks after others only had to be told that nothing changed`() async throws {
    let office = try await Office()
    // Another form of the address, so that memory has nothing.
    let first = try await office.ask("/api/staff-data?per_page=7", "reader", ["X-Other": "1", "Accept": "*/*"])
    let tag = try #require(first.fields["etag"])
    for _ in 0..<3 {
      let known = ["If-None-Match": tag]
      #expect(try await office.ask("/api/staff-data?per_page=7", "reader", known).status == 304)
    }
    let last = try await office.ask("/api/staff-data?per_page=7", "reader")
    #expect(last.status == 200 && last.body == first.body)
    #expect(try await office.ask("/api/staff-data?per_page=7", "reader").body == first.body)
    try await office.end()
  }

  @Test func `ends the connection also when the rest of a refused request comes after the refusal`() async throws {
    let office = try await Office()
    let port = office.port
    try await onThread {
      let client = try HTTPClient(port: port)
      client.send("POST /api/recruitment/import HTTP/1.1\r\nHost: office\r\nContent-Length: 1\r\n\r\n")
      #expect(try client.reply().fields["connection"] == "close")
      client.send("x")
      client.send("GET /healthz HTTP/1.1\r\nHost: office\r\n\r\n")
      #expect(throws: ProgramFailure.self) { try client.reply() }
    }
    try await office.end()
  }

  @Test func `takes an empty Accept for none`() async throws {
    let office = try await Office()
    #expect(try await office.ask("/api/staff-data", "reader", ["Accept": ""]).status == 200)
    try await office.end()
  }

  @Test func `is not broken by what is no HTTP`() async throws {
    let office = try await Office()
    for text in [
      "\u{16}\u{3}\u{1}\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
      "GET / HTTP/1.1\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n",
    ] {
      let port = office.port
      let answer = try await onThread {
        let client = try HTTPClient(port: port)
        client.send(text)
        return try client.reply()
      }
      #expect(answer.fields["content-type"] == "application/problem+json")
    }
    #expect(try await office.ask("/readyz").status == 200)
    try await office.end()
  }

  @Test func `answers before it ends, and takes nobody new`() async throws {
    let office = try await Office()
    let port = office.port
    let idle = try await onThread { try HTTPClient(port: port) }
    #expect(try await onThread { try idle.ask("GET", "/healthz") }.status == 200)
    try await office.end()
    await #expect(throws: ProgramFailure.self) { try await onThread { try idle.ask("GET", "/healthz") } }
    await #expect(throws: ProgramFailure.self) { try await onThread { try HTTPClient(port: port) } }
  }

  /// `STAFFREPO_PUSHES` for more or fewer.
  @Test func `never shows a reader half of a push`() async throws {
    let office = try await Office()
    let pushes = ProcessInfo.processInfo.environment["STAFFREPO_PUSHES"].flatMap { Int($0) } ?? 200
    let commits = try await withThrowingTaskGroup(of: Set<String>.self) { group in
      let port = office.port
      let key = try #require(Office.keys["reader"]).text
      let isOver = Flag()
      for _ in 0..<3 {
        group.addTask { try await onThread { try Self.read(port, key, until: isOver) } }
      }
      // Both people always change together.
      try await onThread {
        defer { isOver.raise() }
        for number in 1...pushes {
          try Office.write(
            "data/people/EMP001.yaml", Office.person(1, more: "preferred_name: V\(number)\n"), in: office.path)
          try office.push(
            "data/people/EMP002.yaml", Office.person(2, unit: "garden", more: "preferred_name: V\(number)\n"))
        }
      }
      return try await group.reduce(into: Set()) { $0.formUnion($1) }
    }
    #expect(commits.count > 3)
    try await office.end()
  }

  /// Reads again and again; returns the commits that it saw.
  private static func read(_ port: Int, _ key: String, until isOver: Flag) throws -> Set<String> {
    let client = try HTTPClient(port: port)
    var commits: Set<String> = []
    while !isOver.isRaised {
      let answer = try client.ask("GET", "/api/staff-data", ["X-API-Key": key])
      #expect(answer.status == 200)
      let json = try answer.json()
      let names = (json["data"] as? [[String: Any]])?.map { $0["preferred_name"] as? String }
      #expect(names?.count == 2 && Set(names ?? []).count == 1)
      #expect((json["meta"] as? [String: Any])?["commit"] as? String == answer.fields["staffrepo-commit"])
      commits.insert(answer.fields["staffrepo-commit"] ?? "")
    }
    return commits
  }
}
