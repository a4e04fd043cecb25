import Glibc

/// A range of addresses. IPv4 is kept as IPv6's `::ffff:a.b.c.d`, so that both spellings are judged alike.
public struct Network: Sendable, Equatable {
  let bytes: [UInt8]
  let prefix: Int

  /// Reads `10.0.0.0/8`, `fc00::/7`, or one address.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, let address = IPAddress(String(first)) else { return nil }
    let width = address.isIPv4 ? 32 : 128
    var length = width
    if parts.count == 2 {
      guard let number = Int(parts[1]), (0...width).contains(number) else { return nil }
      length = number
    }
    bytes = address.bytes
    prefix = length + (address.isIPv4 ? 96 : 0)
  }

  func contains(_ address: IPAddress) -> Bool {
    let whole = prefix / 8
    guard bytes.prefix(whole) == address.bytes.prefix(whole) else { return false }
    let rest = prefix % 8
    guard rest > 0 else { return true }
    let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
    return bytes[whole] & mask == address.bytes[whole] & mask
  }
}

/// An IP address as sixteen bytes.
struct IPAddress: Sendable, Equatable {
  let bytes: [UInt8]

  init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      bytes = Self.mapped + withUnsafeBytes(of: four, Array.init)
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      bytes = withUnsafeBytes(of: six, Array.init)
    } else {
      return nil
    }
  }

  /// From what a socket is about to be opened to; `nil` for a family that is neither IPv4 nor IPv6.
  init?(_ address: UnsafePointer<sockaddr>) {
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      bytes =
        Self.mapped
        + address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
          withUnsafeBytes(of: $0.pointee.sin_addr, Array.init)
        }
    case AF_INET6:
      bytes = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
        withUnsafeBytes(of: $0.pointee.sin6_addr, Array.init)
      }
    default: return nil
    }
  }

  private static let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

  var isIPv4: Bool { bytes.starts(with: Self.mapped) }
}

/// Which addresses webhooks may be sent to. It judges the address that is connected to, not a name: a name may lead
/// elsewhere a moment later.
public struct AddressPolicy: Sendable {
  /// Networks inside the organisation that endpoints may be in, by the host's own configuration.
  public let allowed: [Network]

  public init(allowed: [Network]) { self.allowed = allowed }

  /// Whether an address that a subscription spells out, or this machine's own name, is in an allowed network.
  public func allows(host: String) -> Bool {
    let names = host == "localhost" || host.hasSuffix(".localhost") ? ["127.0.0.1", "::1"] : [host]
    return names.compactMap { IPAddress($0) }.contains { address in allowed.contains { $0.contains(address) } }
  }

  /// Why a connection is refused; `nil` when it is allowed.
  func refusal(of address: IPAddress, isEncrypted: Bool) -> String? {
    if Self.never.contains(where: { $0.contains(address) }) {
      return "the address is one that no webhook may ever be sent to"
    }
    if allowed.contains(where: { $0.contains(address) }) { return nil }
    if Self.notPublic.contains(where: { $0.contains(address) }) || !isGlobal(address) {
      return
        "the address is not public; if the endpoint is meant to be inside the organisation: git config staffrepo.allowNetworks <network>"
    }
    return isEncrypted
      ? nil : "plain http is allowed only inside the organisation's own networks (git config staffrepo.allowNetworks)"
  }

  /// ::/8 holds the embeddings of IPv4 (compatible, translated, NAT64), of which only the mapped form was unwrapped.
  private func isGlobal(_ address: IPAddress) -> Bool { address.isIPv4 || address.bytes[0] != 0 }

  /// Link-local and cloud metadata, «this host», multicast.
  private static let never = networks(
    "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32", "fe80::/10", "fd00:ec2::254/128", "ff00::/8",
    "::/128")

  /// Sources: IANA special-purpose address registries.
  private static let notPublic = networks(
    "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "100::/64", "2001::/23",
    "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fec0::/10")

  private static func networks(_ texts: String...) -> [Network] { texts.compactMap(Network.init) }
}
