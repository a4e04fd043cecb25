/// How new hires come in.
public struct RecruitmentSettings: Sendable, Equatable {
  public enum Landing: String, Sendable, CaseIterable {
    /// A branch that somebody merges.
    case review
    /// The branch itself.
    case direct
  }

  public var landing = Landing.review
  /// What a new person's reference is made of when the source names none.
  public var employeeReference = "EMP{id:3}"
  /// What a new person's work address is made of; `nil`: first and last name in the organisation's first domain.
  public var email: String?
  public var sources: [Source] = []

  public init() {}

  /// A system that hands over new hires.
  public struct Source: Sendable, Equatable {
    public enum Format: String, Sendable, CaseIterable { case staffrepo, greenhouse }

    public var name: String
    public var format = Format.staffrepo
    public var landing: Landing?
    /// By which it signs what it sends.
    public var secret: SecretReference?
    /// Systems whose keys hand over hires in its name, beside its own.
    public var systems: [String] = []
    /// Where fields of a hire stand in what it sends: JSON pointers from the top, or names of columns.
    public var fields: [Field] = []

    public init(name: String) { self.name = name }

    public struct Field: Sendable, Equatable {
      public var name: String
      public var place: String

      public init(name: String, place: String) {
        self.name = name
        self.place = place
      }
    }
  }

  public func source(_ name: String) -> Source? { sources.first { $0.name == name } }

  /// What a hire may say, in the words of the import's requests.
  public static let hireFields = [
    "source_reference", "first_name", "last_name", "preferred_name", "email", "employee_reference", "job_title",
    "employment_start_date", "employment_end_date", "organisational_unit", "department", "line_manager",
  ]
}
