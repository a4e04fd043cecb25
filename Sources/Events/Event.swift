import RecordSchema

/// Something that happened to a record, as consumers are told of it.
public struct Event: Sendable {
  public let id: String
  public let name: EventName
  public let kind: RecordKind
  public let recordID: Int
  /// The employee reference or unit code, for people who read lists of events.
  public let subject: String
  public let origin: Origin
  /// The commit whose tree the event was judged on.
  public let commit: String
  public let timestamp: Instant
  public let organisation: Int
  public let data: [JSON.Member]
  public let changes: [JSON.Member]
  /// Of person.unit events.
  public let unit: JSON?
  /// The record is gone, or out of the consumer's sight.
  public let isRemoval: Bool
  public let reason: String?
  public let isRewritten: Bool

  /// Where the event stands among those of one commit or day.
  public var order: (Int, Int, Int, Int) {
    let place = EventName.allCases.firstIndex(of: name) ?? 0
    let unitID = if case .int(let id)? = unit?["id"] { id } else { 0 }
    return (kind == .unit ? 0 : 1, recordID, place, unitID)
  }
}

/// An event before it has its origin: what changed about whom.
struct EventDraft {
  let name: EventName
  let kind: RecordKind
  let recordID: Int
  let subject: String
  var data: [JSON.Member]
  var changes: [JSON.Member] = []
  var unit: Unit?
  var isRemoval = false
  var reason: String?
}

/// What all events of one commit or day have in common.
public struct EventStamp: Sendable {
  public let origin: Origin
  public let commit: String
  public let timestamp: Instant
  public let organisation: Int
  public let ids: EventIDs
  public let isRewritten: Bool

  public init(
    origin: Origin, commit: String, timestamp: Instant, organisation: Int, ids: EventIDs, isRewritten: Bool
  ) {
    self.origin = origin
    self.commit = commit
    self.timestamp = timestamp
    self.organisation = organisation
    self.ids = ids
    self.isRewritten = isRewritten
  }

  func event(_ draft: EventDraft) -> Event {
    var suffix = draft.unit.map { "/\($0.id.rawValue)" } ?? ""
    if draft.reason != nil { suffix += "/\(outOfScope)" }
    return Event(
      id: ids.id(origin, draft.name, draft.kind, draft.recordID, suffix: suffix), name: draft.name, kind: draft.kind,
      recordID: draft.recordID, subject: draft.subject, origin: origin, commit: commit, timestamp: timestamp,
      organisation: organisation, data: draft.data, changes: draft.changes, unit: draft.unit?.reference,
      isRemoval: draft.isRemoval, reason: draft.reason, isRewritten: isRewritten)
  }
}

/// Why a person is gone for a consumer that may see some units only.
let outOfScope = "out_of_scope"
