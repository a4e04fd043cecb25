import RecordSchema

/// What export files say of everybody alike: the organisation, its units, the commit and the day.
public struct StaffContext: Sendable {
  public let organisation: Configuration.Organisation
  public let commit: String
  public let asOf: CalendarDate
  public let units: UnitDirectory
  /// Where the HTTP API is reached, without a slash at its end.
  public let publicURL: String?
  /// `nil` while no two people share an employee reference or an e-mail address, as it should be.
  public let bearers: Bearers?
  /// What units have from those above them, worked out once for all their people.
  private let inherited: [UnitID: (costCentre: String?, division: String?)]

  public init(
    organisation: Configuration.Organisation, commit: String, asOf: CalendarDate, units: UnitDirectory,
    publicURL: String? = nil, bearers: Bearers? = nil
  ) {
    self.bearers = bearers
    self.publicURL = publicURL
    self.organisation = organisation
    self.commit = commit
    self.asOf = asOf
    self.units = units
    inherited = units.byID.mapValues { unit in
      let line = units.lineage(of: unit)
      return (line.lazy.compactMap(\.costCentre).first, line.dropFirst().first?.name)
    }
  }

  /// The unit's cost centre, or the nearest one above it.
  public func costCentre(of unit: Unit) -> String? { inherited[unit.id]?.costCentre }

  /// The name of the unit above.
  public func division(of unit: Unit) -> String? { inherited[unit.id]?.division }
}

/// The staff as of one commit and day: what export files are made of.
///
/// Everybody passes by, a part at a time, in the order of ids; nobody keeps all of them. So files of a hundred thousand
/// people take the memory of a few thousand.
public struct StaffList {
  public typealias Parts = (_ take: ([StaffMember]) throws -> Void) throws -> Void

  public let context: StaffContext
  /// `nil`: nobody can read them.
  public let images: StaffImages?
  private let parts: Parts

  /// - Parameter parts: calls with everybody in the repository, by id, a part at a time: also those who left, so that no
  ///   system keeps their access open.
  public init(_ context: StaffContext, images: StaffImages? = nil, parts: @escaping Parts) {
    self.context = context
    self.images = images
    self.parts = parts
  }

  public func forEachPart(_ take: ([StaffMember]) throws -> Void) throws { try parts(take) }
}

/// One person as of the day.
///
/// A class: a person's record has twenty fields, and lists of members are filtered and passed around.
public final class StaffMember: Sendable {
  /// What others' rows say of a manager.
  public struct Manager: Sendable, Equatable {
    public let id: PersonID
    /// As the manager's own record writes it.
    public let reference: EmployeeReference
    public let email: String

    public init(_ person: Person) {
      id = person.id
      reference = person.reference
      email = person.email
    }
  }

  public let person: Person
  public let status: StaffStatus
  /// The units in force on the day; the first is the primary one.
  public let units: [Unit]
  /// `nil` also when the record names somebody who is not there: systems refuse a manager whom they do not know.
  public let manager: Manager?

  public init(_ person: Person, status: StaffStatus, units: [Unit], manager: Manager?) {
    self.person = person
    self.status = status
    self.units = units
    self.manager = manager
  }

  /// The name for address books: the preferred first name where there is one.
  public var displayName: String {
    [person.preferredName ?? person.firstName, person.lastName].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// The same person after the record was deleted: as it was last, and no longer active.
  public var departed: StaffMember {
    var person = person
    person.isActive = false
    return StaffMember(person, status: .inactive, units: units, manager: manager)
  }
}
