/// A reviewed permission to pass one guard, up to a limit and a date.
public struct Approval: Sendable, Equatable {
  /// The file's name without `.yaml`.
  public var name: String
  public var guardName = ""
  /// The largest number of changes that it allows.
  public var limit = 0
  /// The last day on which it holds, inclusive.
  public var expires: CalendarDate?
  public var reason: String?

  public init(name: String) { self.name = name }
}
