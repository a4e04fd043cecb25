import FoundationEssentials
import GRDB
import RecordSchema

/// One event on its way to one endpoint.
public struct Delivery: Sendable, Equatable {
  public enum State: String, Sendable {
    case pending, delivered
    /// Given up after the whole schedule of attempts.
    case dead
    /// A later person.deactivated was sent before it.
    case superseded
    /// The subscription is gone from the branch's tip.
    case cancelled
  }

  public let id: Int64
  public let target: String
  public let eventID: String
  public let position: Int
  public let number: Int
  /// Which commit or day of its publication the event is of.
  public let part: Int
  public let name: String
  public let kind: String
  public let recordID: Int
  public let subject: String
  public let format: Subscription.Format
  /// The event's own time.
  public let happened: Instant
  public let body: [UInt8]
  public var state: State
  public var attempts: Int
  /// How far along the schedule of attempts it is.
  public var step: Int
  public var firstAttempt: Instant?
  public var nextAttempt: Instant
  public var lastStatus: Int?
  public var lastError: String?
  public let finished: Instant?
}

/// What a delivery is before the ledger knows it.
public struct NewDelivery: Sendable {
  public let target: String
  public let eventID: String
  public let number: Int
  /// Which commit or day of its publication the event is of.
  public let part: Int
  public let name: String
  public let kind: RecordKind
  public let recordID: Int
  public let subject: String
  public let format: Subscription.Format
  /// The event's own time.
  public let happened: Instant
  public let body: [UInt8]

  public init(
    target: String, eventID: String, number: Int, part: Int = 0, name: String, kind: RecordKind, recordID: Int,
    subject: String, format: Subscription.Format, happened: Instant, body: [UInt8]
  ) {
    self.target = target
    self.eventID = eventID
    self.number = number
    self.part = part
    self.name = name
    self.kind = kind
    self.recordID = recordID
    self.subject = subject
    self.format = format
    self.happened = happened
    self.body = body
  }
}

extension Delivery {
  /// A delivery that no ledger knows: a trial.
  public init(trial: NewDelivery, at now: Instant) {
    (id, position, attempts, step) = (0, 0, 0, 0)
    (target, eventID, number, part, name) = (trial.target, trial.eventID, trial.number, trial.part, trial.name)
    (kind, recordID, subject) = (trial.kind.rawValue, trial.recordID, trial.subject)
    (format, happened, body) = (trial.format, trial.happened, trial.body)
    (state, firstAttempt, nextAttempt) = (.pending, nil, now)
    (lastStatus, lastError, finished) = (nil, nil, nil)
  }
}

extension Delivery: FetchableRecord {
  public init(row: Row) throws {
    id = row["id"]
    target = row["target"]
    eventID = row["event_id"]
    position = row["position"]
    number = row["number"]
    part = row["part"]
    name = row["name"]
    kind = row["kind"]
    recordID = row["record_id"]
    subject = row["subject"]
    format = (row["format"] as String?).flatMap(Subscription.Format.init) ?? .staffService
    happened = Instant(milliseconds: row["happened_at"])
    body = (row["body"] as Data?).map { Array($0) } ?? []
    state = (row["state"] as String?).flatMap(State.init) ?? .pending
    attempts = row["attempts"]
    step = row["step"]
    firstAttempt = (row["first_attempt_at"] as Int64?).map(Instant.init(milliseconds:))
    nextAttempt = Instant(milliseconds: row["next_attempt_at"])
    lastStatus = row["last_status"]
    lastError = row["last_error"]
    finished = (row["finished_at"] as Int64?).map(Instant.init(milliseconds:))
  }
}
