/// Somebody whom a recruitment system hands over, as it says it: nothing is checked yet.
public struct NewHire: Sendable, Equatable {
  public var firstName: String?
  public var lastName: String?
  public var email: String?
  public var employeeReference: String?
  public var jobTitle: String?
  public var employmentStartDate: String?
  /// A unit's name or code.
  public var organisationalUnit: String?
  /// The name or code of the unit above it.
  public var department: String?

  public init() {}
}
