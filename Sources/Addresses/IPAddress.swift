import Glibc

/// An IP address as sixteen bytes. IPv4 is kept as IPv6's `::ffff:a.b.c.d`, so that both spellings are judged alike.
public struct IPAddress: Sendable, Equatable {
  public let bytes: [UInt8]

  /// Reads the usual spelling only.
  public init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      self.init(four)
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      self.init(six)
    } else {
      return nil
    }
  }

  /// Reads a host as the C library does: 127.1, 2130706433, 0x7f000001 and 0177.0.0.1 are addresses as well, and one of
  /// IPv6 may name a zone.
  public init?(host: String) {
    var four = in_addr()
    if inet_aton(host, &four) == 1 {
      self.init(four)
    } else {
      self.init(String(host.prefix { $0 != "%" }))
    }
  }

  /// From what a socket is about to be opened to; `nil` for a family that is neither IPv4 nor IPv6.
  public init?(_ address: UnsafePointer<sockaddr>) {
    switch Int32(address.pointee.sa_family) {
    case AF_INET: self.init(address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_addr })
    case AF_INET6: self.init(address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { $0.pointee.sin6_addr })
    default: return nil
    }
  }

  private init(_ four: in_addr) { self.init(four: withUnsafeBytes(of: four, Array.init)) }

  private init(_ six: in6_addr) { bytes = withUnsafeBytes(of: six, Array.init) }

  init(four: [UInt8]) { bytes = Self.mapped + four }

  private static let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

  var isIPv4: Bool { bytes.starts(with: Self.mapped) }
}

/// A range of addresses.
public struct Network: Sendable, Equatable {
  private let bytes: [UInt8]
  private let prefix: Int

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

  public func contains(_ address: IPAddress) -> Bool {
    let whole = prefix / 8
    guard bytes.prefix(whole) == address.bytes.prefix(whole) else { return false }
    let rest = prefix % 8
    guard rest > 0 else { return true }
    let mask = UInt8(truncatingIfNeeded: 0xFF00 >> rest)
    return bytes[whole] & mask == address.bytes[whole] & mask
  }
}
