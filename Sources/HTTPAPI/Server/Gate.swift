import Access
import HTTPTypes
import HummingbirdCore
import NIOCore
import RecordSchema

/// Lets in who has a key for what is asked, as often as its quota allows.
struct Gate: Sendable {
  private let surroundings: Surroundings
  private let isBehindProxy: Bool

  init(_ surroundings: Surroundings, isBehindProxy: Bool) {
    self.surroundings = surroundings
    self.isBehindProxy = isBehindProxy
  }

  /// - Parameter state: `nil` while the records are not there yet: then no key can be told from another.
  /// - Parameter rate: gets what is to be told of the key's quotas.
  /// - Returns: `nil` where nobody is asked.
  func admit(
    _ request: Request, _ terms: RequestTerms, to operation: Operation, _ state: Snapshot?, from channel: any Channel,
    at now: Instant, _ rate: inout HTTPFields
  ) throws -> Grant? {
    if case .open = operation.entrance { return nil }
    guard let state else { throw Problem.notYet }
    if case .scopeOrSignature = operation.entrance, terms.key == nil, request.headers[.signature] != nil {
      try letIn(stranger: request, state, from: channel, at: now)
      return nil
    }
    guard let grant = holder(of: terms, state, at: now) else {
      throw failure(of: request, from: channel, at: now)
    }
    try count(grant, for: operation, at: now, &rate)
    return grant
  }

  /// Whose key a request bears; nothing is counted. `nil` for whatever is no good key.
  func holder(of terms: RequestTerms, _ state: Snapshot, at now: Instant) -> Grant? {
    terms.key.flatMap { state.ring.grant(for: $0, at: now) }
  }

  /// Counts a request of a key.
  ///
  /// - Throws: `Problem` where it is one too many, or the key is not for that.
  func count(_ grant: Grant, for operation: Operation, at now: Instant, _ rate: inout HTTPFields) throws {
    let quota = surroundings.limits.take(grant.keyHash, at: now)
    if let policies = quota.policies { rate[.rateLimitPolicy] = policies }
    if let limit = quota.limit { rate[.rateLimit] = limit }
    var isRefused = true
    defer { surroundings.use.note(grant, refused: isRefused, at: now) }
    if let pause = quota.retryAfter { throw Problem.overQuota(quota.exceeded, retryAfter: pause) }
    if let scope = operation.entrance.scope, !grant.scopes.contains(scope) {
      throw Problem.forbidden(scope.rawValue)
    }
    isRefused = false
  }

  /// Whose signature is yet to be verified costs something before anything is known, so first comes what is known: how often
  /// the address failed, and whether anybody signs here at all.
  private func letIn(stranger request: Request, _ state: Snapshot, from channel: any Channel, at now: Instant) throws {
    if let pause = surroundings.throttle.pause(for: address(request, channel), at: now) {
      throw Problem.tooManyFailures(retryAfter: pause)
    }
    guard state.isSignedFor else { throw failure(of: request, from: channel, at: now) }
  }

  /// What is said to somebody without a good key or signature: the same, but for those who try again and again.
  func failure(of request: Request, from channel: any Channel, at now: Instant) -> Problem {
    surroundings.throttle.failed(from: address(request, channel), at: now).map(Problem.tooManyFailures) ?? .unauthorised
  }

  /// Who failed. A proxy puts whom it speaks for last; what stands before that anybody may have written.
  private func address(_ request: Request, _ channel: any Channel) -> String {
    if isBehindProxy, let last = request.headers[.forwardedFor]?.split(separator: ",").last {
      return String(last.filter { $0 != " " && $0 != "[" && $0 != "]" })
    }
    return channel.remoteAddress?.ipAddress ?? ""
  }
}

extension Problem {
  static func tooManyFailures(retryAfter seconds: Int) -> Problem {
    Problem(
      429, "too-many-failures", title: "Too many requests without a good key",
      detail: "They come from your address. A good key is answered as ever; others, and signatures, are "
        + "after \(seconds) seconds.",
      fields: ["Retry-After": "\(seconds)"])
  }

  static func overQuota(_ quotas: [String], retryAfter seconds: Int) -> Problem {
    Problem(
      429, "quota-exceeded", title: "The key has used up its quota",
      detail:
        "Of the \(quotas.joined(separator: " and of the ")). Ask again after \(seconds) seconds, and for what changed only: updated_since and If-None-Match cost little.",
      more: [.init("violated-policies", .array(quotas.map(JSON.string)))], fields: ["Retry-After": "\(seconds)"])
  }
}
