/// Where an address leads.
public enum AddressKind: Sendable {
  /// Nothing may ever be sent there, whatever anybody configures: link-local, the metadata services of clouds, «this
  /// host», multicast.
  case never
  /// This machine, a private network, or one that is set aside.
  case inside
  case `public`
}

extension IPAddress {
  /// An IPv4 address inside one of IPv6 counts as well: a translator on the way may lead there.
  public var kind: AddressKind {
    if Self.never.contains(where: { $0.contains(self) }) { return .never }
    let embedded = embeddedIPv4?.kind
    if embedded == .never { return .never }
    if isIPv4 { return Self.notPublic.contains { $0.contains(self) } ? .inside : .public }
    // Only 2000::/3 is given out to the world.
    let isGlobal = bytes[0] & 0xE0 == 0x20 && !Self.notPublic.contains { $0.contains(self) }
    return isGlobal && embedded != .inside ? .public : .inside
  }

  private var embeddedIPv4: IPAddress? {
    if isIPv4 { return nil }
    if Self.endsInIPv4.contains(where: { $0.contains(self) }) {
      // ::1 is this machine.
      return bytes.dropLast().allSatisfy { $0 == 0 } ? nil : IPAddress(four: Array(bytes[12...]))
    }
    if Self.sixToFour.contains(where: { $0.contains(self) }) { return IPAddress(four: Array(bytes[2..<6])) }
    if Self.teredo.contains(where: { $0.contains(self) }) { return IPAddress(four: bytes[12...].map { ~$0 }) }
    let isISATAP = bytes[8] & 0xFD == 0 && bytes[9...11] == [0, 0x5E, 0xFE]
    return isISATAP ? IPAddress(four: Array(bytes[12...])) : nil
  }

  private static let never = networks(
    "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255", "::", "fe80::/10", "ff00::/8",
    // Metadata elsewhere: Alibaba, Oracle, Azure, AWS, Google.
    "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::/32", "fd20:ce::254")

  /// Sources: IANA special-purpose address registries.
  private static let notPublic = networks(
    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "2001::/23",
    "2001:db8::/32", "2002::/16", "3fff::/20")

  /// IPv4-compatible, IPv4-translated, NAT64 and NAT64 of one's own.
  private static let endsInIPv4 = networks("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
  private static let sixToFour = networks("2002::/16")
  private static let teredo = networks("2001::/32")

  private static func networks(_ texts: String...) -> [Network] { texts.compactMap(Network.init) }
}
