import GitStore
import RecordSchema
import Records

/// One publication, as the journal keeps it. With the branch it says everything about what was sent.
public struct JournalEntry: Sendable, Equatable {
  public enum Kind: String, Sendable, Codable {
    /// The first publication: what was there before is not sent.
    case baseline
    /// The commits after the last publication.
    case forward
    /// The published commit is no longer on the branch: the net difference.
    case rewrite
  }

  /// From 1 on.
  public var position: Int
  public var kind: Kind
  /// `nil` for a baseline.
  public var from: OID?
  public var to: OID
  /// The last day whose date-made events are in this or an earlier entry.
  public var settled: CalendarDate
  /// The records whose last good state stays in force.
  public var held: [HeldRecord]
  /// The approvals by which guards were passed.
  public var approvals: [String]
  /// For each endpoint the newest entry of which everything is acknowledged or dead, when this one was written.
  public var acknowledged: [String: Int]
  /// The position of the newest rewrite up to this entry; since then event ids carry it.
  public var rewrittenAt: Int?
  /// Told as one step from the published tree to the newest: on the way a guard tripped, but not in the sum.
  public var isNet = false
  /// Why the branch is not published up to its newest commit.
  public var hold: Hold?

  public init(
    position: Int, kind: Kind, from: OID?, to: OID, settled: CalendarDate, held: [HeldRecord], approvals: [String],
    acknowledged: [String: Int], rewrittenAt: Int?
  ) {
    self.position = position
    self.kind = kind
    self.from = from
    self.to = to
    self.settled = settled
    self.held = held
    self.approvals = approvals
    self.acknowledged = acknowledged
    self.rewrittenAt = rewrittenAt
  }

  public var json: JSON {
    [
      "position": .int(position), "kind": .string(kind.rawValue), "from": .optional(from?.description),
      "to": .string(to.description), "settled": .string(settled.description), "held": .array(held.map(\.json)),
      "approvals": .array(approvals.map(JSON.string)),
      "acknowledged": .object(acknowledged.sorted { $0.key < $1.key }.map { .init($0.key, .int($0.value)) }),
      "rewritten_at": .optional(rewrittenAt), "net": .bool(isNet), "hold": hold?.json ?? .null,
    ]
  }
}
