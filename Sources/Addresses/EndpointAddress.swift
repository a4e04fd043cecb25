/// What a URL tells of its address before anything is looked up. (What a name leads to is judged when it is connected to.)
public struct EndpointAddress {
  public enum Kind { case name, address(AddressKind) }

  public let scheme: String
  /// In small letters, without brackets and points at its end.
  public let host: String

  public init(_ url: String) {
    let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    scheme = parts[0].lowercased()
    let authority = (parts.count == 2 ? parts[1] : "").prefix { !"/?#\\".contains($0) }
    let place = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let host =
      place.hasPrefix("[")
      ? String(place.dropFirst().prefix { $0 != "]" }) : String(place.prefix { $0 != ":" })
    var plain = Self.asASCII(host).lowercased()
    while plain.hasSuffix(".") { plain.removeLast() }
    self.host = plain
  }

  public var kind: Kind {
    if host == "localhost" || host.hasSuffix(".localhost") { return .address(.inside) }
    if host == "metadata.google.internal" || host == "metadata.goog" { return .address(.never) }
    return IPAddress(host: host).map { .address($0.kind) } ?? .name
  }

  public var isForbidden: Bool { if case .address(.never) = kind { true } else { false } }
  public var isInside: Bool { if case .address(.inside) = kind { true } else { false } }

  /// Names in other scripts have points, digits and letters of their own that mean the same.
  private static func asASCII(_ host: String) -> String {
    var text = ""
    for scalar in host.unicodeScalars {
      switch scalar.value {
      case 0x3002, 0xFF61: text += "."
      case 0xFF01...0xFF5E: text.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
