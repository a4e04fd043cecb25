import Addresses
import ArgumentParser
import FileStore
import Glibc
import HTTPAPI
import Publishers
import RecordSchema

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Answer consumers over HTTP: what the branch says, from memory; and take new hires and subscriptions.",
    discussion: """
      Serves the repository of this folder, or of -C DIR, and of it the branch that is published (branch: in \
      staffrepo.yaml). Whoever asks needs a key that is on that branch: staffrepo apikey create. A push shows within a \
      second.

      Listens on this machine only, unless it has a certificate, or a proxy before it that has one. /openapi.json \
      describes everything; /readyz tells whether the records are there; SIGTERM ends it when the requests under way are \
      answered.

      EXAMPLES:
        staffrepo serve
        curl -H "Authorization: Bearer stf_..." http://127.0.0.1:8080/api/staff-data
        staffrepo -C /srv/records.git serve --publish     with the daemon beside it
        staffrepo serve --bind 10.20.0.5:8080 --behind-proxy --log json
        staffrepo serve --bind 0.0.0.0:8443 \\
          --tls-certificate api.pem --tls-key api.key
      """)

  @Option(help: "The address and port to listen on; port 0 for any that is free.")
  var bind = BindPlace(host: "127.0.0.1", port: 8080)

  @Flag(help: "A proxy with a certificate takes the connections; it says in X-Forwarded-For who they come from.")
  var behindProxy = false

  @Option(help: "A PEM file with the server's certificate, and those that signed it.")
  var tlsCertificate: String?

  @Option(help: "A PEM file with the certificate's key.")
  var tlsKey: String?

  @Flag(help: "Publish as well: follow the branch and deliver without pause, as publish --watch does.")
  var publish = false

  @Option(help: "How to write what happens to standard error, text or json.")
  var log = TextOrJSON.text

  @Flag(help: "Log every request, not just those that failed or were slow.")
  var accessLog = false

  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    guard (tlsCertificate == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-certificate and --tls-key go together.")
    }
    guard bind.isLoopback || behindProxy || tlsCertificate != nil else {
      throw ValidationError(
        "\(bind.host) can be reached from elsewhere, and keys must not travel in the clear. Give --tls-certificate and --tls-key, or --behind-proxy when a proxy with a certificate takes the connections, or --bind 127.0.0.1:\(bind.port)."
      )
    }
  }

  func run() async throws {
    Terminal.logStyle = log == .json ? .json : .text
    var settings = ServerSettings()
    (settings.host, settings.port, settings.isBehindProxy) = (bind.host, bind.port, behindProxy)
    settings.logsEveryRequest = accessLog
    if let tlsCertificate, let tlsKey {
      settings.certificate = .init(certificateFile: tlsCertificate, keyFile: tlsKey)
    }
    // Each connection is a descriptor; some are for files, the repository and the ledger.
    settings.maximumConnections = min(settings.maximumConnections, max(64, Descriptors.raiseLimit() - 512))
    let serving = try Serving(ledger: ledger.ledger, settings, bind: bind)
    do {
      try await serving.run(publishing: publish)
    } catch let failure as APIServer.Failure {
      throw EnvironmentError("\(failure)")
    }
  }
}

/// `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`.
struct BindPlace: ExpressibleByArgument, CustomStringConvertible {
  let host: String
  let port: Int

  init(host: String, port: Int) { (self.host, self.port) = (host, port) }

  init?(argument: String) {
    guard let colon = argument.lastIndex(of: ":"), let port = Int(argument[argument.index(after: colon)...]),
      (0...65535).contains(port)
    else { return nil }
    var host = argument[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard !host.isEmpty else { return nil }
    self.init(host: String(host), port: port)
  }

  var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

  /// Only programs of this machine get there.
  var isLoopback: Bool {
    host == "localhost"
      || IPAddress(host: host).map { address in
        [Network("127.0.0.0/8"), Network("::1")].contains { $0?.contains(address) ?? false }
      } ?? false
  }
}

extension Descriptors {
  /// Allows as many open files as the system lets a program ask for; returns how many.
  static func raiseLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    limit.rlim_cur = min(limit.rlim_max, 1 << 20)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(limit.rlim_cur)
  }
}
