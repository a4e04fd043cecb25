import Access
import Glibc
import RecordSchema

/// Measures what a request's key costs, and prints markdown tables. Unknown, expired and revoked keys must be looked at in the
/// same time, within a twentieth: else the time of a refusal would tell which keys there are, or were. A good key is no secret to
/// whoever presents it; what it is granted costs some more.
///
/// The kinds take turns in short rounds, in an order that changes, so that whatever else the machine does meets them all.
/// Of the rounds the median counts.
@main struct Keys {
  /// By how much a kind that is refused may differ from the mean of those.
  private static let limit = 0.05
  private static let rounds = 101
  private static let calls = 1000

  static func main() {
    var isAlike = true
    for count in [10, 100, 1000] { isAlike = compare(keysInForce: count) && isAlike }
    print("\n| what else a request does | ns |\n|---|---:|")
    for (name, nanoseconds) in others() { print("| \(name) | \(rounded(nanoseconds)) |") }
    if !isAlike { exit(1) }
  }

  private static func compare(keysInForce count: Int) -> Bool {
    var random = SystemRandomNumberGenerator()
    let now = Instant(seconds: 1_800_000_000)
    let (good, expired, revoked) = (mint(count, &random), mint(count, &random), mint(count, &random))
    func records(_ tokens: [KeyToken], _ change: (inout APIKey) -> Void) -> [APIKey] {
      tokens.map { token in
        var key = APIKey(name: token.hint + token.hash.suffix(8))
        key.keyHash = token.hash
        key.scopes = ["staff:read", "units:read"]
        key.expiresAt = "2027-12-31"
        change(&key)
        return key
      }
    }
    let ring = KeyRing(
      records(good) { _ in } + records(expired) { $0.expiresAt = "2026-01-01" }
        + records(revoked) { $0.revokedAt = "2026-01-01" }, in: .utc)
    let kinds = [("unknown", mint(count, &random)), ("expired", expired), ("revoked", revoked), ("good", good)]
      .map { ($0.0, $0.1.map(\.text)) }
    var times = kinds.map { _ in [Double]() }
    for round in 0..<rounds {
      for turn in kinds.indices {
        let kind = (turn + round) % kinds.count
        let keys = kinds[kind].1
        times[kind].append(
          nanoseconds(calls) { number in ring.grant(for: keys[number % keys.count], at: now) == nil ? 0 : 1 })
      }
    }
    let medians = times.map { $0.sorted()[rounds / 2] }
    let refused = medians.dropLast()
    let mean = refused.reduce(0, +) / Double(refused.count)
    print("\n| of \(3 * count) keys in force | ns | beside the mean of those refused |\n|---|---:|---:|")
    for (kind, median) in zip(kinds, medians) {
      let percent = (median / mean - 1) * 100
      print("| \(kind.0) | \(rounded(median)) | \(percent < 0 ? "-" : "+")\(rounded(abs(percent))) % |")
    }
    return refused.allSatisfy { abs($0 / mean - 1) <= limit }
  }

  private static func others() -> [(String, Double)] {
    var random = SystemRandomNumberGenerator()
    let now = Instant(seconds: 1_800_000_000)
    let token = mint(1, &random)[0]
    var slip = Array(token.text.utf8)
    slip[20] = slip[20] == 65 ? 66 : 65
    let typo = String(decoding: slip, as: UTF8.self)
    let ring = KeyRing([], in: .utc)
    let limits = RateLimits(.init(perMinute: 0, perDay: 1_000_000_000))
    let throttle = FailureThrottle()
    let use = KeyUse(path: "/dev/null/keys.sqlite")
    let grant = Grant(key: "hr", system: "hr", scopes: [.staffRead], units: nil, expiry: nil, keyHash: token.hash)
    func median(_ body: (Int) -> Int) -> Double {
      (0..<rounds).map { _ in nanoseconds(calls, body) }.sorted()[rounds / 2]
    }
    return [
      ("a key with a slip is told by its checksum", median { _ in ring.grant(for: typo, at: now) == nil ? 0 : 1 }),
      ("a request is taken from a key's quota", median { _ in limits.take("hr", at: now).isAllowed ? 1 : 0 }),
      (
        "a use is counted",
        median { _ in
          use.note(grant, at: now); return 1
        }
      ),
      ("a failure is counted", median { throttle.failed(from: "10.0.\($0 & 63).1", at: now) ?? 0 }),
    ]
  }

  private static func mint(_ count: Int, _ random: inout SystemRandomNumberGenerator) -> [KeyToken] {
    (0..<count).map { _ in KeyToken.mint(using: &random) }
  }

  /// Of one call. The sum keeps the compiler from leaving the calls out.
  private static func nanoseconds(_ calls: Int, _ body: (Int) -> Int) -> Double {
    var sum = 0
    let start = processorTime()
    for number in 0..<calls { sum &+= body(number) }
    let time = processorTime() - start
    if sum == .min { print("") }
    return time / Double(calls)
  }

  private static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }

  private static func rounded(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
