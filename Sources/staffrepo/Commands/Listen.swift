import ArgumentParser
import FileStore
import Publishers

struct Listen: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "listen",
    abstract: "Receive webhooks on this machine, verify their signatures, and print them.",
    discussion: """
      EXAMPLES:
        staffrepo listen --secret env:STAFFREPO_SECRET_DIGITAL_ID
        staffrepo listen --port 9000 --fail 503        rehearse a failing consumer
        staffrepo listen --format json --count 10      stop after ten events
      """)

  @Option(help: "The address to listen on.")
  var bind = "127.0.0.1"

  @Option(help: "The port; 0 for any that is free.")
  var port = 8090

  @Option(help: "Where a secret is: env:NAME or file:PATH. May be given several times.")
  var secret: [String] = []

  @Option(help: "Fail every request: an HTTP status such as 503 or 410, or timeout.")
  var fail: String?

  @Option(help: "Stop after so many requests.")
  var count: Int?

  @Option(help: "text or json, one line a request.")
  var format = TextOrJSON.text

  func validate() throws {
    if let fail, fail != "timeout", Int(fail).map({ (100...599).contains($0) }) != true {
      throw ValidationError("--fail takes an HTTP status such as 503, or timeout.")
    }
    if let count, count < 1 { throw ValidationError("--count takes a number from 1 on.") }
  }

  func run() async throws {
    let listener = Listener(
      bind: bind, port: port, secrets: try secret.map(readSecret), failure: fail.map(Listener.Failure.init),
      limit: count, printsJSON: format == .json)
    try await listener.run()
  }

  private func readSecret(_ reference: String) throws -> WebhookVerifier {
    var value: String?
    if reference.hasPrefix("env:") {
      value = environment(String(reference.dropFirst(4)))
    } else if reference.hasPrefix("file:") {
      value = String(decoding: try FileStore.read(String(reference.dropFirst(5))), as: UTF8.self).trimmed
    } else {
      throw ValidationError("--secret takes env:NAME or file:PATH: a secret on the command line is seen by everybody.")
    }
    guard let secret = value.flatMap(WebhookVerifier.init) else {
      throw EnvironmentError("The secret \(reference) is not there, or is not whsec_, whsk_ or whpk_ and base64.")
    }
    return secret
  }
}
