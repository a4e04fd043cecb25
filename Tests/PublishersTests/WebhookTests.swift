import RecordSchema
import Testing

@testable import Publishers

@Suite struct `Signatures` {
  @Test(arguments: [
    (
      "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, #"{"test": 2432232314}"#,
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    ),
    (
      "whsec_MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw", "msg_1", 1_767_603_600,
      #"{"type":"staff.created","timestamp":"2026-01-05T09:00:00Z","data":{"id":"E1001"}}"#,
      "v1,yVbtkcDYIXGsOkeUuezVagy6BcEB7J0wPWLIFXZE4x4="
    ),
  ])
  func `are those of the known vectors`(secret: String, id: String, time: Int, body: String, signature: String) throws {
    let secret = try #require(WebhookSecret(secret))
    #expect(secret.signature(id: id, timestamp: Int64(time), body: Array(body.utf8)) == signature)
  }

  @Test func `verify what they signed and nothing else`() throws {
    let secret = try #require(WebhookSecret("plain words"))
    let body = Array("{}".utf8)
    let good = secret.signature(id: "a", timestamp: 1, body: body)
    #expect(secret.verifies(header: good, id: "a", timestamp: 1, body: body))
    #expect(secret.verifies(header: "v1,AAAA v1a,xyz \(good)", id: "a", timestamp: 1, body: body))
    for (header, id, time, bytes) in [
      (good, "b", Int64(1), body), (good, "a", 2, body), (good, "a", 1, body + [32]), ("", "a", 1, body),
      (String(good.dropFirst(3)), "a", 1, body),
    ] {
      #expect(!secret.verifies(header: header, id: id, timestamp: time, body: bytes))
    }
    let other = try #require(WebhookSecret("other words"))
    #expect(!other.verifies(header: good, id: "a", timestamp: 1, body: body))
  }

  @Test(arguments: ["whsec_", "whsec_***", ""])
  func `have no broken secrets`(text: String) {
    #expect(WebhookSecret(text) == nil)
  }
}

@Suite struct `Addresses` {
  private func refusal(_ text: String, allowed: String? = nil, encrypted: Bool = true) throws -> String? {
    let policy = AddressPolicy(allowed: allowed.flatMap(Network.init).map { [$0] } ?? [])
    return policy.refusal(of: try #require(IPAddress(text)), isEncrypted: encrypted)
  }

  @Test(arguments: [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::", "::ffff:127.0.0.1", "::ffff:7f00:1", "::7f00:1",
    "64:ff9b::a00:1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2002:7f00:1::", "2001::1", "3fff::1",
  ])
  func `that are not public are refused`(text: String) throws {
    #expect(try refusal(text) != nil)
  }

  @Test(arguments: [
    "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8",
  ])
  func `that are public are taken, but only encrypted`(text: String) throws {
    #expect(try refusal(text) == nil)
    #expect(try refusal(text, encrypted: false) != nil)
  }

  @Test func `inside the organisation are taken where the host allows them`() throws {
    #expect(try refusal("10.20.3.4", allowed: "10.20.0.0/16", encrypted: false) == nil)
    #expect(try refusal("::ffff:10.20.3.4", allowed: "10.20.0.0/16") == nil)
    #expect(try refusal("10.21.3.4", allowed: "10.20.0.0/16") != nil)
  }

  @Test(arguments: ["169.254.169.254", "fe80::1", "fd00:ec2::254"])
  func `of cloud metadata are never taken`(text: String) throws {
    #expect(try refusal(text, allowed: "0.0.0.0/0") != nil)
    #expect(try refusal(text, allowed: "::/0") != nil)
  }
}

@Suite struct `Retry times` {
  @Test func `follow the schedule, within the declared jitter, and end`() throws {
    let now = Instant(seconds: 1_000_000)
    for (step, delay) in RetrySchedule.delays.enumerated() {
      for random in [0.0, 0.5, 1.0] {
        let next = try #require(RetrySchedule.next(after: step, at: now, retryAfter: nil, random: random))
        let wait = next.milliseconds - now.milliseconds
        #expect((delay * 1000...delay * 1100).contains(wait))
      }
    }
    #expect(RetrySchedule.next(after: RetrySchedule.delays.count, at: now, retryAfter: nil, random: 0) == nil)
  }

  @Test func `heed Retry-After up to a day`() throws {
    let now = Instant(seconds: 1_000_000)
    func wait(_ seconds: Int64) throws -> Int64 {
      try #require(RetrySchedule.next(after: 0, at: now, retryAfter: seconds, random: 0)).seconds - now.seconds
    }
    #expect(try wait(120) == 120)
    #expect(try wait(1) == 5, "never sooner than the schedule")
    #expect(try wait(10_000_000) == 86_400)
  }
}

@Suite struct `Files` {
  @Test func `quote as RFC 4180 says`() {
    let row = CSVRow(["plain", "a,b", "say \"hi\"", "two\nlines", "", "=1+1", " blank "])
    #expect(
      String(decoding: row.bytes, as: UTF8.self) == "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",,=1+1, blank \r\n")
  }

  @Test(arguments: [
    ("Grace.Hill@Example.org", "grace.hill@example.org"), ("o'neill@x.org", "oneill@x.org"), ("zoë@x.org", "zo@x.org"),
  ])
  func `clean user names as Moodle does`(email: String, name: String) {
    #expect(MoodleUsers.username(email) == name)
  }
}
