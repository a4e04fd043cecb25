import Addresses
import Foundation
import Glibc
import RecordSchema
import TestSupport
import Testing

@testable import Publishers

@Suite(.serialized) struct `Requests` {
  private func send(
    _ urls: [String], allowed: [String] = [], proxy: String? = nil, limits: Transfers.Limits = .init()
  ) throws -> [Transfers.Outcome] {
    let policy = AddressPolicy(allowed: allowed.compactMap(Network.init))
    let transfers = try Transfers(policy: policy, limits: limits)
    for (index, url) in urls.enumerated() {
      transfers.start(.init(tag: Int64(index), url: url, headers: ["Expect:"], body: Array("{}".utf8), proxy: proxy))
    }
    var outcomes: [Transfers.Outcome] = []
    while transfers.count > 0 { outcomes += transfers.advance(waiting: 200) }
    return outcomes.sorted { $0.tag < $1.tag }
  }

  @Test func `reach no forbidden address, however it is spelt`() throws {
    let server = try LoopbackServer()
    let urls = ForbiddenSpellings.hosts.flatMap { host in
      ["http", "https"].map { "\($0)://\(host):\(server.port)/" }
    }
    #expect(ForbiddenSpellings.hosts.count >= 120)
    var limits = Transfers.Limits()
    limits.connectMilliseconds = 300
    limits.totalMilliseconds = 1000
    for outcome in try send(urls, limits: limits) {
      #expect(outcome.status == nil, "\(urls[Int(outcome.tag)])")
    }
    #expect(server.connections == 0)
  }

  @Test(arguments: ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost", "user@127.0.0.1"])
  func `reach this machine when the host allows it`(host: String) throws {
    let server = try LoopbackServer()
    let outcome = try #require(try send(["http://\(host):\(server.port)/"], allowed: ["127.0.0.0/8", "::1"]).first)
    #expect(outcome.status == 200)
    #expect(server.connections == 1)
  }

  @Test func `never reach metadata, also where everything is allowed`() throws {
    for address in [
      "169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "::a9fe:a9fe",
      "64:ff9b:1::a9fe:a9fe", "::ffff:0:a9fe:a9fe", "fd00:ec2::254", "fe80::5efe:a9fe:a9fe", "100.100.100.200",
      "2001:0:0:0:0:0:5601:5601", "2606:4700::200:5efe:a9fe:a9fe",
    ] {
      let policy = AddressPolicy(allowed: ["0.0.0.0/0", "::/0"].compactMap(Network.init))
      #expect(policy.refusal(of: try #require(IPAddress(address)), isEncrypted: true) != nil, "\(address)")
      #expect(!policy.allows(host: address))
    }
  }

  @Test func `go through a proxy only when it is configured, and judge what the URL spells out`() throws {
    let server = try LoopbackServer()
    let proxy = "http://127.0.0.1:\(server.port)"
    setenv("http_proxy", proxy, 1)
    defer { unsetenv("http_proxy") }
    let urls = ["http://192.0.2.1:9/", "http://10.1.1.1/", "http://169.254.169.254/", "http://example.org/"]
    var limits = Transfers.Limits()
    limits.connectMilliseconds = 300
    limits.totalMilliseconds = 1000
    #expect(try send([urls[0]], limits: limits).map(\.status) == [nil])
    #expect(server.connections == 0)
    let outcomes = try send(urls, allowed: ["10.1.0.0/16"], proxy: proxy)
    #expect(outcomes.map(\.status) == [nil, 200, nil, nil])
    #expect(server.connections == 1)
  }

  @Test func `do not follow redirects`() throws {
    let aim = try LoopbackServer()
    let server = try LoopbackServer(
      LoopbackServer.text("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:\(aim.port)/\r\nContent-Length: 0\r\n\r\n"))
    let outcome = try #require(try send(["http://127.0.0.1:\(server.port)/"], allowed: ["127.0.0.1"]).first)
    #expect(outcome.status == 302)
    #expect(aim.connections == 0)
    #expect(Verdict(outcome, at: Instant(seconds: 0)).error?.contains("redirects are not followed") == true)
  }

  @Test func `read no more of an answer than is needed`() throws {
    let body = try LoopbackServer(LoopbackServer.endless("HTTP/1.1 200 OK\r\n\r\n", "a lot of text"))
    let head = try LoopbackServer(LoopbackServer.endless("HTTP/1.1 200 OK\r\n", "x-more: of it\r\n"))
    let interim = try LoopbackServer(LoopbackServer.endless("", "HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n"))
    let before = residentKilobytes()
    let outcomes = try send(
      [body, head, interim].map { "http://127.0.0.1:\($0.port)/" }, allowed: ["127.0.0.1"])
    #expect(outcomes.map(\.status) == [200, nil, nil])
    #expect(outcomes.dropFirst().allSatisfy { $0.error?.contains("head is longer") == true })
    #expect(residentKilobytes() - before < 8192, "most of it is what libcurl itself takes at its first use")
  }

  @Test func `end in time, whatever the endpoint does`() throws {
    let silent = try LoopbackServer { _ in sleep(5) }
    let slow = try LoopbackServer { connection in
      let head = "HTTP/1.1 200 OK\r\n"
      for byte in Array(head.utf8) {
        guard Glibc.send(connection, [byte], 1, Int32(MSG_NOSIGNAL)) == 1 else { return }
        usleep(200_000)
      }
    }
    var limits = Transfers.Limits()
    limits.totalMilliseconds = 500
    let begin = Date()
    let outcomes = try send(
      [silent, slow].map { "http://127.0.0.1:\($0.port)/" }, allowed: ["127.0.0.1"], limits: limits)
    #expect(outcomes.allSatisfy { $0.status == nil && $0.error != nil })
    #expect(Date().timeIntervalSince(begin) < 3)
  }

  private func residentKilobytes() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
  }
}
