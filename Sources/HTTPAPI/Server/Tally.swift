import Synchronization

/// Counts of requests, for monitoring, in the text format of Prometheus.
public final class Tally: Sendable {
  private struct Counts {
    var routes: [(method: String, route: String)] = []
    var statuses: [[Int: Int]] = []
    var buckets: [[Int]] = []
    var seconds: [Double] = []
    /// By the key's name.
    var keys: [String: Int] = [:]
  }

  /// Upper bounds in seconds.
  private static let bounds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10]

  private let counts = Mutex(Counts())

  public init() {}

  func begin(_ routes: [(method: String, route: String)]) {
    // The last is for what is no route.
    let routes = routes + [("", "none")]
    counts.withLock {
      $0 = Counts(
        routes: routes, statuses: routes.map { _ in [:] },
        buckets: routes.map { _ in Array(repeating: 0, count: Self.bounds.count + 1) },
        seconds: routes.map { _ in 0 })
    }
  }

  func count(_ operation: Int?, by key: String?, status: Int, _ duration: Duration) {
    let seconds = duration / .seconds(1)
    let bucket = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
    counts.withLock { counts in
      let place = operation ?? counts.routes.count - 1
      counts.statuses[place][status, default: 0] += 1
      counts.buckets[place][bucket] += 1
      counts.seconds[place] += seconds
      if let key { counts.keys[key, default: 0] += 1 }
    }
  }

  var text: String {
    let counts = counts.withLock { $0 }
    let used = counts.routes.indices.filter { !counts.statuses[$0].isEmpty }
    var lines = [
      "# HELP staffrepo_http_requests_total Requests answered, by route and status.",
      "# TYPE staffrepo_http_requests_total counter",
    ]
    for place in used {
      for (status, count) in counts.statuses[place].sorted(by: { $0.key < $1.key }) {
        lines.append("staffrepo_http_requests_total{\(labels(counts.routes[place])),status=\"\(status)\"} \(count)")
      }
    }
    lines += [
      "# HELP staffrepo_http_request_seconds How long answers took, up to their first byte.",
      "# TYPE staffrepo_http_request_seconds histogram",
    ]
    for place in used {
      let labels = labels(counts.routes[place])
      var sum = 0
      for (bucket, bound) in zip(counts.buckets[place], Self.bounds.map { "\($0)" } + ["+Inf"]) {
        sum += bucket
        lines.append("staffrepo_http_request_seconds_bucket{\(labels),le=\"\(bound)\"} \(sum)")
      }
      lines.append("staffrepo_http_request_seconds_sum{\(labels)} \(counts.seconds[place])")
      lines.append("staffrepo_http_request_seconds_count{\(labels)} \(sum)")
    }
    lines += [
      "# HELP staffrepo_api_key_requests_total Requests with a good key, by its name.",
      "# TYPE staffrepo_api_key_requests_total counter",
    ]
    for (key, count) in counts.keys.sorted(by: { $0.key < $1.key }) {
      let name = key.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
      lines.append("staffrepo_api_key_requests_total{key=\"\(name)\"} \(count)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func labels(_ route: (method: String, route: String)) -> String {
    "method=\"\(route.method)\",route=\"\(route.route)\""
  }
}
