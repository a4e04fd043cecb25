import RecordSchema
import Synchronization

/// How often each key may ask: so many times a minute, and so many a day.
///
/// A window begins with a key's first request and is over after its length; then the next begins. What is refused counts
/// for nothing. All is in memory: a restart begins anew.
public final class RateLimits: Sendable {
  /// Requests of one key; 0: as many as it likes.
  public struct Quotas: Hashable, Sendable {
    public var perMinute: Int
    public var perDay: Int

    public init(perMinute: Int = 600, perDay: Int = 100_000) {
      self.perMinute = perMinute
      self.perDay = perDay
    }
  }

  private struct State {
    var minute: Policy
    var day: Policy
    var windows: [String: (minute: Window, day: Window)] = [:]
  }

  private let state: Mutex<State>

  public init(_ quotas: Quotas = Quotas()) {
    state = Mutex(State(minute: .minute(quotas.perMinute), day: .day(quotas.perDay)))
  }

  /// Other quotas from now on; what was used of the windows under way stays used.
  public func change(to quotas: Quotas) {
    state.withLock { ($0.minute, $0.day) = (.minute(quotas.perMinute), .day(quotas.perDay)) }
  }

  /// Counts a request of a key, unless it is one too many.
  public func take(_ key: String, at instant: Instant) -> RateAnswer {
    let now = instant.milliseconds
    return state.withLock { state in
      var (minute, day) = state.windows[key] ?? (Window(), Window())
      let (perMinute, perDay) = (state.minute, state.day)
      minute.turn(perMinute, now)
      day.turn(perDay, now)
      let isAllowed = minute.hasRoom(perMinute) && day.hasRoom(perDay)
      if isAllowed {
        minute.used += 1
        day.used += 1
      }
      state.windows[key] = (minute, day)
      return RateAnswer(
        isAllowed: isAllowed, minute: minute.standing(perMinute, now), day: day.standing(perDay, now))
    }
  }
}

extension RateLimits {
  /// A quota and the time for which it holds.
  struct Policy: Hashable, Sendable {
    let name: StaticName
    let quota: Int
    let seconds: Int

    enum StaticName: String, Sendable { case minute, day }

    static func minute(_ quota: Int) -> Policy { Policy(name: .minute, quota: quota, seconds: 60) }
    static func day(_ quota: Int) -> Policy { Policy(name: .day, quota: quota, seconds: 86_400) }
  }

  private struct Window {
    var start = Int64.min
    var used = 0

    /// Begins the next window when this one is over. One that began in the future, before the clock was set back, is over.
    mutating func turn(_ policy: Policy, _ now: Int64) {
      let (age, isLong) = now.subtractingReportingOverflow(start)
      if isLong || age < 0 || age >= Int64(policy.seconds) * 1000 { (start, used) = (now, 0) }
    }

    func hasRoom(_ policy: Policy) -> Bool { policy.quota == 0 || used < policy.quota }

    func standing(_ policy: Policy, _ now: Int64) -> RateAnswer.Standing? {
      guard policy.quota > 0 else { return nil }
      let rest = start + Int64(policy.seconds) * 1000 - now
      return RateAnswer.Standing(
        policy: policy, remaining: max(0, policy.quota - used), reset: Int((rest + 999) / 1000))
    }
  }
}

/// What a key's holder is told about its quotas.
public struct RateAnswer: Hashable, Sendable {
  /// `false`: the request is answered with 429.
  public let isAllowed: Bool
  let minute: Standing?
  let day: Standing?

  struct Standing: Hashable, Sendable {
    let policy: RateLimits.Policy
    let remaining: Int
    /// Seconds until the window is over.
    let reset: Int

    var header: String { "\"\(policy.name.rawValue)\";r=\(remaining);t=\(reset)" }
  }

  /// The value of `RateLimit-Policy`; `nil` when nothing is limited.
  public var policies: String? {
    let standings = [minute, day].compactMap(\.self)
    guard !standings.isEmpty else { return nil }
    return standings.map { "\"\($0.policy.name.rawValue)\";q=\($0.policy.quota);w=\($0.policy.seconds)" }
      .joined(separator: ", ")
  }

  /// The value of `RateLimit`: of the window that is nearest to its end in requests; of two, the minute's.
  public var limit: String? { nearest?.header }

  private var nearest: Standing? {
    guard let minute, let day else { return minute ?? day }
    return day.remaining < minute.remaining ? day : minute
  }

  /// The names of the quotas that are used up, `minute` or `day`.
  public var exceeded: [String] {
    isAllowed ? [] : [minute, day].compactMap(\.self).filter { $0.remaining == 0 }.map(\.policy.name.rawValue)
  }

  /// Seconds after which the next request has a chance; `nil` when this one was allowed.
  public var retryAfter: Int? {
    isAllowed ? nil : [minute, day].compactMap(\.self).filter { $0.remaining == 0 }.map(\.reset).max()
  }
}
