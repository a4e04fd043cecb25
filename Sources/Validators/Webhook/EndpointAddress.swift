import Glibc
import RecordSchema

/// What a subscription's address tells before anything is looked up. (What a name leads to is judged when it is connected
/// to.)
struct EndpointAddress {
  enum Kind { case name, publicAddress, inside, forbidden }

  let scheme: String
  /// In small letters, without brackets and points at its end.
  let host: String
  let kind: Kind

  init(_ url: String) {
    let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    scheme = parts[0].lowercased()
    let authority = (parts.count == 2 ? parts[1] : "").prefix { !"/?#\\".contains($0) }
    let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    var host =
      place.hasPrefix("[")
      ? String(place.dropFirst().prefix { $0 != "]" }) : String(place.prefix { $0 != ":" })
    while host.hasSuffix(".") { host.removeLast() }
    self.host = host.lowercased()
    kind = Self.kind(of: self.host)
  }

  private static func kind(of host: String) -> Kind {
    if host == "localhost" || host.hasSuffix(".localhost") { return .inside }
    if host == "metadata.google.internal" { return .forbidden }
    // As the C library reads it: 127.1, 2130706433, 0x7f000001 and 0177.0.0.1 are addresses as well.
    var four = in_addr()
    if inet_aton(host, &four) == 1 { return kind(of: UInt32(bigEndian: four.s_addr)) }
    var six = in6_addr()
    guard inet_pton(AF_INET6, String(host.prefix { $0 != "%" }), &six) == 1 else { return .name }
    return kind(of: withUnsafeBytes(of: six, Array.init))
  }

  private static func kind(of address: UInt32) -> Kind {
    func isIn(_ network: UInt32, _ length: UInt32) -> Bool { address >> (32 - length) == network >> (32 - length) }
    if isIn(0x0000_0000, 8) || isIn(0xA9FE_0000, 16) || isIn(0xE000_0000, 4) || address == .max { return .forbidden }
    let inside: [(UInt32, UInt32)] = [
      (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xAC10_0000, 12), (0xC000_0000, 24), (0xC000_0200, 24),
      (0xC058_6300, 24), (0xC0A8_0000, 16), (0xC612_0000, 15), (0xC633_6400, 24), (0xCB00_7100, 24), (0xF000_0000, 4),
    ]
    return inside.contains { isIn($0.0, $0.1) } ? .inside : .publicAddress
  }

  private static func kind(of bytes: [UInt8]) -> Kind {
    if bytes.allSatisfy({ $0 == 0 }) || bytes[0] == 0xFF || (bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80) {
      return .forbidden
    }
    // IPv4 written as IPv6, and the translators' networks that end in an IPv4 address.
    let isEmbedded =
      bytes.prefix(10).allSatisfy { $0 == 0 } || bytes.starts(with: [0, 0x64, 0xFF, 0x9B])
    if isEmbedded, bytes.last != 1 || bytes[12] != 0 {
      let last = bytes.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      return kind(of: last) == .publicAddress ? .inside : kind(of: last)
    }
    if bytes.starts(with: [0xFD, 0, 0x0E, 0xC2]), bytes[14] == 2, bytes[15] == 0x54 { return .forbidden }
    let isGlobal =
      bytes[0] & 0xE0 == 0x20 && !bytes.starts(with: [0x20, 0x01, 0x0D, 0xB8]) && bytes[0...1] != [0x20, 0x02]
    return isGlobal ? .publicAddress : .inside
  }
}
