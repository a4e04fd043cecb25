import Crypto
import RecordSchema
import Workers

/// The staff as of one commit and day: what export files are made of.
public struct StaffList: Sendable {
  /// A class: a person's record has twenty fields, and lists of members are filtered and passed around.
  public final class Member: Sendable {
    public let person: Person
    public let status: StaffStatus
    /// The units in force on the day; the first is the primary one.
    public let units: [Unit]

    public init(_ person: Person, status: StaffStatus, units: [Unit]) {
      self.person = person
      self.status = status
      self.units = units
    }

    /// The name for address books: the preferred first name where there is one.
    public var displayName: String {
      [person.preferredName ?? person.firstName, person.lastName].filter { !$0.isEmpty }.joined(separator: " ")
    }
  }

  public let organisation: Configuration.Organisation
  public let commit: String
  public let asOf: CalendarDate
  /// Everybody in the repository, by id: also those who left, so that no system keeps their access open.
  public let members: [Member]
  public let units: UnitDirectory
  /// What units have from those above them, worked out once for all their people.
  private let inherited: [UnitID: (costCentre: String?, division: String?)]
  /// Each reference as its own record writes it, by its folded form.
  private let references: [String: String]

  public init(
    organisation: Configuration.Organisation, commit: String, asOf: CalendarDate, members: [Member],
    units: UnitDirectory
  ) {
    self.organisation = organisation
    self.commit = commit
    self.asOf = asOf
    self.members = members
    self.units = units
    inherited = units.byID.mapValues { unit in
      let line = units.lineage(of: unit)
      return (line.lazy.compactMap(\.costCentre).first, line.dropFirst().first?.name)
    }
    references = Dictionary(
      members.map { ($0.person.reference.folded, $0.person.reference.rawValue) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The manager's reference when there is such a person in this list: systems refuse one that they do not know.
  public func manager(of person: Person) -> String? {
    person.lineManager.flatMap { references[$0.folded] }
  }

  /// The same staff without those whom a system cannot take.
  public func filtered(_ isTaken: (Member) -> Bool) -> StaffList {
    StaffList(
      organisation: organisation, commit: commit, asOf: asOf, members: members.filter(isTaken), units: units)
  }

  /// The unit's cost centre, or the nearest one above it.
  public func costCentre(of unit: Unit) -> String? {
    inherited[unit.id]?.costCentre
  }

  /// The name of the unit above.
  public func division(of unit: Unit) -> String? { inherited[unit.id]?.division }

  /// A SHA-256 over all records and what is derived of them: two lists with the same digest are the same list.
  public var digest: String {
    var hash = SHA256()
    for unit in units.sorted { hash.update(data: line(Unit.fields.map { .init($0.name, $0.value(unit)) })) }
    // A wave of parts at a time, so that memory holds a little of it only.
    let wave = 32 * 1024
    for start in stride(from: 0, to: members.count, by: wave) {
      let parts = Workers.map(Array(members[start..<min(start + wave, members.count)]), partSize: 512) { part in
        part.flatMap { line($0) }
      }
      for part in parts { hash.update(data: part) }
    }
    return "sha256:" + hexadecimal(hash.finalize())
  }

  private func line(_ member: Member) -> [UInt8] {
    var fields = Person.fields.map { JSON.Member($0.name, $0.value(member.person)) }
    fields.append(.init("status", .string(member.status.rawValue)))
    fields.append(.init("units", .array(member.units.map { .int($0.id.rawValue) })))
    return line(fields)
  }

  private func line(_ members: [JSON.Member]) -> [UInt8] { JSON.object(members).bytes + [UInt8(ascii: "\n")] }
}
