import Access
import Logging

/// What the log says of requests: that something failed, or was slow; on demand, each.
///
/// A line names the route's pattern, not the address: addresses hold people's numbers and names. It has the key's name, by
/// which one looks up what a leaked key was used for, and never the key.
struct RequestJournal: Sendable {
  private let logger: Logger
  private let logsEverything: Bool

  init(_ logger: Logger, logsEverything: Bool) {
    self.logger = logger
    self.logsEverything = logsEverything
  }

  /// - Parameter route: `nil`: there is none.
  func note(
    _ method: String, _ route: String?, _ status: Int, _ grant: Grant?, id: String, _ duration: Duration
  ) {
    let isSlow = duration > .seconds(1)
    guard logsEverything || isSlow || status >= 500 else { return }
    let milliseconds = Int(duration / .milliseconds(1))
    var metadata: Logger.Metadata = [
      "method": "\(method.prefix(16))", "route": "\(route ?? "none")", "status": "\(status)", "ms": "\(milliseconds)",
      "request": "\(id)",
    ]
    if let grant { metadata["key"] = "\(grant.key)" }
    let level: Logger.Level = status >= 500 ? .error : isSlow ? .warning : .info
    let key = grant.map { ", key \($0.key)" } ?? ""
    logger.log(
      level: level,
      "\(method.prefix(16)) \(route ?? "none"): \(status) in \(milliseconds) ms\(key), request \(id)",
      metadata: metadata)
  }

  /// What an operation did not expect.
  func fail(_ error: any Error, id: String) {
    logger.error("request \(id) failed: \(error)", metadata: ["request": "\(id)"])
  }
}
