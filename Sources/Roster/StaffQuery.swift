import RecordSchema

/// Which people a consumer asks for. What is not said does not limit.
public struct StaffQuery: Hashable, Sendable {
  /// Those as well who are not active: who has left, is not there yet, or was deactivated.
  public var includesInactive = false
  /// Members of this unit or one below it.
  public var unit: UnitCode?
  /// Words that must all stand at the beginning of a word of name, reference, e-mail address or job title, without regard
  /// to case and accents.
  public var text: String?
  public var id: PersonID?
  /// Without regard to case.
  public var reference: EmployeeReference?

  public init() {}

  /// The same question about active and inactive people alike.
  var withInactive: StaffQuery {
    var query = self
    query.includesInactive = true
    return query
  }
}
