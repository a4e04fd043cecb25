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
  /// Of `delivery d`, in the order in which they are decoded: names would be looked up for every row.
  static let columns = """
    d.id, d.target, d.event_id, d.position, d.number, d.part, d.name, d.kind, d.record_id, d.subject, d.format,
    d.happened_at, d.body, d.state, d.attempts, d.step, d.first_attempt_at, d.next_attempt_at, d.last_status, d.last_error,
    d.finished_at
    """

  public init(row: Row) throws {
    id = row[0]
    target = row[1]
    eventID = row[2]
    position = row[3]
    number = row[4]
    part = row[5]
    name = row[6]
    kind = row[7]
    recordID = row[8]
    subject = row[9]
    format = (row[10] as String?).flatMap(Subscription.Format.init) ?? .staffService
    happened = Instant(milliseconds: row[11])
    body = try row.withUnsafeData(atIndex: 12) { $0.map { Array($0) } ?? [] }
    state = (row[13] as String?).flatMap(State.init) ?? .pending
    attempts = row[14]
    step = row[15]
    firstAttempt = (row[16] as Int64?).map(Instant.init(milliseconds:))
    nextAttempt = Instant(milliseconds: row[17])
    lastStatus = row[18]
    lastError = row[19]
    finished = (row[20] as Int64?).map(Instant.init(milliseconds:))
  }

  init(_ row: RawRow) {
    id = row.integer64(0)
    target = row.text(1)
    eventID = row.text(2)
    position = row.integer(3)
    number = row.integer(4)
    part = row.integer(5)
    name = row.text(6)
    kind = row.text(7)
    recordID = row.integer(8)
    subject = row.text(9)
    format = Subscription.Format(rawValue: row.text(10)) ?? .staffService
    happened = Instant(milliseconds: row.integer64(11))
    body = row.bytes(12)
    state = State(rawValue: row.text(13)) ?? .pending
    attempts = row.integer(14)
    step = row.integer(15)
    firstAttempt = row.optional(16, row.integer64).map(Instant.init(milliseconds:))
    nextAttempt = Instant(milliseconds: row.integer64(17))
    lastStatus = row.optional(18, row.integer)
    lastError = row.optional(19, row.text)
    finished = row.optional(20, row.integer64).map(Instant.init(milliseconds:))
  }
}
