import NIOCore

/// How the server listens, and what it bears of a connection.
public struct ServerSettings: Sendable {
  public struct Certificate: Sendable {
    public let certificateFile: String
    public let keyFile: String

    public init(certificateFile: String, keyFile: String) {
      self.certificateFile = certificateFile
      self.keyFile = keyFile
    }
  }

  public var host = "127.0.0.1"
  /// 0: any that is free.
  public var port = 8080
  /// Another program takes the connections, and names who they come from in X-Forwarded-For.
  public var isBehindProxy = false
  public var certificate: Certificate?
  /// Further connections wait until one of these ends.
  public var maximumConnections = 16_384
  /// Every request is logged, not just what failed or was slow.
  public var logsEveryRequest = false
  /// Seconds for a request's head, and between two requests.
  public var headTimeout = TimeAmount.seconds(30)
  /// Seconds for a request's body.
  public var bodyTimeout = TimeAmount.seconds(120)
  /// Seconds for which a reader may take nothing of an answer.
  public var stallTimeout = TimeAmount.seconds(60)
  /// Seconds that are given to requests under way when the server is to end.
  public var farewell = Duration.seconds(20)

  public init() {}

  /// The largest body that any request may have. What comes with it unasked is not read on for ever.
  static let largestBody = 16 << 20
  /// The largest that is read for who has no key: it is in memory before its signature can be verified.
  static let largestSignedBody = 1 << 20
  static let headerBytes = 16 << 10
  static let headerCount = 64
}
