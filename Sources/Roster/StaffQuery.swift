import RecordSchema

/// Which people a consumer asks for.
public struct StaffQuery: Hashable, Sendable {
  /// Those as well who are not active: who has left, is not there yet, or was deactivated.
  public var includesInactive = false
  /// Members of this unit or one below it.
  public var unit: UnitCode?
  /// Words that must all stand at the beginning of a word of name, reference, e-mail address or job title.
  public var text: String?

  public init() {}
}
