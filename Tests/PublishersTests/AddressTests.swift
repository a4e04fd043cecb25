import Addresses
import Testing

@testable import Publishers

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
