import Addresses

/// Which addresses events and files may be sent to. It judges the address that is connected to, not a name: a name may lead
/// elsewhere a moment later.
public struct AddressPolicy: Sendable {
  /// Networks inside the organisation that endpoints may be in, by the host's own configuration.
  public let allowed: [Network]

  public init(allowed: [Network]) { self.allowed = allowed }

  /// Whether an address that a subscription spells out, or this machine's own name, is in an allowed network.
  public func allows(host: String) -> Bool {
    let isLocal = host == "localhost" || host.hasSuffix(".localhost")
    let addresses = isLocal ? [IPAddress("127.0.0.1"), IPAddress("::1")] : [IPAddress(host: host)]
    return addresses.compactMap { $0 }.contains { $0.kind != .never && isAllowed($0) }
  }

  private func isAllowed(_ address: IPAddress) -> Bool { allowed.contains { $0.contains(address) } }

  /// Why a connection is refused; `nil` when it is allowed.
  func refusal(of address: IPAddress, isEncrypted: Bool) -> String? {
    switch address.kind {
    case .never: Self.forbidden
    case _ where isAllowed(address): nil
    case .inside: Self.notPublic
    case .public: isEncrypted ? nil : Self.inTheOpen
    }
  }

  /// The same for a request through a proxy. The proxy's own address is the host's choice; where the proxy connects to only
  /// the proxy sees, so of the endpoint only what its URL spells out is judged.
  func refusal(ofProxied url: String) -> String? {
    let endpoint = EndpointAddress(url)
    return switch endpoint.kind {
    case .address(.never): Self.forbidden
    case _ where allows(host: endpoint.host): nil
    case .address(.inside): Self.notPublic
    case .address(.public), .name: ["https", "sftp"].contains(endpoint.scheme) ? nil : Self.inTheOpen
    }
  }

  private static let forbidden = "the address is one that nothing may ever be sent to"
  private static let notPublic =
    "the address is not public; if the endpoint is meant to be inside the organisation: git config staffrepo.allowNetworks <network>"
  private static let inTheOpen =
    "plain http is allowed only inside the organisation's own networks (git config staffrepo.allowNetworks)"
}
