import Access
import RecordSchema

/// What became of a hire?
public struct HireQuestion: Sendable {
  /// The source's own number of it.
  public var reference: String
  /// The source, if it is not the key's own system.
  public var source: String?
  public var grant: Grant
  public var now: Instant

  public init(reference: String, source: String? = nil, grant: Grant, now: Instant) {
    self.reference = reference
    self.source = source
    self.grant = grant
    self.now = now
  }
}
