/// What a consumer may see of the staff.
public struct Sight: Hashable, Sendable {
  /// People of these units and the units below them; `nil`: everybody.
  public var units: Set<UnitCode>?
  /// Salary grades and what staffrepo.yaml calls sensitive.
  public var isSensitive: Bool

  public init(units: Set<UnitCode>? = nil, isSensitive: Bool = false) {
    self.units = units
    self.isSensitive = isSensitive
  }
}
