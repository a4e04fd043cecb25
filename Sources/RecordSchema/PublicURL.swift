/// The address at which other systems reach the HTTP API.
public struct PublicURL: Sendable, Equatable {
  /// Without a slash at its end, so that a path can follow.
  public let text: String

  /// `nil` for what is no such address: not http, without a host, with a password, a query or a fragment.
  public init?(_ text: String) {
    let lower = text.lowercased()
    guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix) else { return nil }
    var rest = text.dropFirst(scheme.count)
    while rest.last == "/" { rest = rest.dropLast() }
    let host = rest.prefix { $0 != "/" && $0 != ":" }
    guard !host.isEmpty, !Self.holdsUser(text),
      rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"?#\"\\<>^`{|}".utf8.contains($0) })
    else { return nil }
    self.text = scheme + rest
  }

  /// Whether a name or a password stands before the host.
  public static func holdsUser(_ text: String) -> Bool {
    guard let start = text.firstRange(of: "://")?.upperBound else { return false }
    return text[start...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }.contains("@")
  }
}
