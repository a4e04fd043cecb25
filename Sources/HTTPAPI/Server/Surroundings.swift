import Access
import RecordSchema
import Roster

/// What the API is given by the program that it runs in: everything that is not HTTP.
public struct Surroundings: Sendable {
  /// The present.
  let clock: @Sendable () -> Instant
  let present: Present
  let limits: RateLimits
  let throttle: FailureThrottle
  let use: KeyUse
  let tally = Tally()
  let records: Records
  let host: Host
  /// Forms of the records in the OpenAPI document.
  let forms: RecordForms

  /// The records, as the branch has them now and had them before.
  struct Records: Sendable {
    let roster: @Sendable () -> Roster?
    /// Why the roster is not that of the branch.
    let problem: @Sendable () -> String?
    let changes: @Sendable (Since, StaffQuery, Sight) throws -> StaffChanges

    init(_ follower: RosterFollower) {
      roster = { follower.roster }
      problem = { follower.problem?.text }
      changes = { try follower.changes(since: $0, $1, $2) }
    }

    /// There are none: to tell what there would be.
    init() {
      roster = { nil }
      problem = { nil }
      changes = { _, _, _ in throw Problem.notYet }
    }
  }

  /// What only the program can tell or do. Each may take its time, and is called from threads of its own.
  public struct Host: Sendable {
    /// The folder with a folder of export sets for each system.
    let exports: @Sendable () throws -> String
    /// What `staffrepo status --format json` says.
    let status: @Sendable () throws -> JSON
    /// Numbers about publishing, for Prometheus.
    let metrics: @Sendable () throws -> String
    /// Takes new hires.
    let imports: @Sendable (Submission) -> Outcome
    /// What became of a hire, by the source's own number of it; the source, where it is not the key's own system.
    let hires: @Sendable (_ reference: String, _ source: String?, Grant, Instant) -> Outcome
    /// Subscribes, unsubscribes and lists.
    let subscriptions: @Sendable (SubscriptionWish, Grant, Instant) throws -> Outcome

    public init(
      exports: @escaping @Sendable () throws -> String, status: @escaping @Sendable () throws -> JSON,
      metrics: @escaping @Sendable () throws -> String, imports: @escaping @Sendable (Submission) -> Outcome,
      hires: @escaping @Sendable (_ reference: String, _ source: String?, Grant, Instant) -> Outcome,
      subscriptions: @escaping @Sendable (SubscriptionWish, Grant, Instant) throws -> Outcome
    ) {
      self.exports = exports
      self.status = status
      self.metrics = metrics
      self.imports = imports
      self.hires = hires
      self.subscriptions = subscriptions
    }
  }

  public init(
    clock: @escaping @Sendable () -> Instant, follower: RosterFollower, limits: RateLimits, throttle: FailureThrottle,
    use: KeyUse, host: Host, forms: RecordForms
  ) {
    self.clock = clock
    records = Records(follower)
    self.limits = limits
    self.throttle = throttle
    self.use = use
    self.host = host
    self.forms = forms
    present = Present(records.roster)
  }
}

extension Surroundings {
  /// Of a server that is not there, for its document.
  init(forms: RecordForms) {
    clock = { Instant(seconds: 0) }
    (limits, throttle, use) = (RateLimits(), FailureThrottle(), KeyUse(path: ""))
    records = Records()
    host = Host(
      exports: { throw Problem.notYet }, status: { throw Problem.notYet }, metrics: { throw Problem.notYet },
      imports: { _ in Outcome(status: 503, json: Problem.notYet.json) },
      hires: { _, _, _, _ in Outcome(status: 503, json: Problem.notYet.json) },
      subscriptions: { _, _, _ in throw Problem.notYet })
    self.forms = forms
    present = Present(records.roster)
  }
}

/// What somebody hands in.
public struct Submission: Sendable {
  public let body: [UInt8]
  /// In small letters, without parameters.
  public let mediaType: String?
  public let idempotencyKey: String?
  public let signature: String?
  /// The system that hands over, where only the address says so.
  public let source: String?
  /// Who was turned down in review waits once more.
  public let isAgain: Bool
  /// `nil`: there is a signature instead, which is yet to be verified.
  public let grant: Grant?
  public let now: Instant
}

/// What became of it.
public struct Outcome: Sendable {
  public var status: Int
  /// From 400 on: the members of a problem.
  public var json: JSON
  public var fields: [(name: String, value: String)]

  public init(status: Int, json: JSON, fields: [(name: String, value: String)] = []) {
    self.status = status
    self.json = json
    self.fields = fields
  }
}
