import Events
import GitStore
import Journal
import RecordSchema
import Records
import Workers

/// No roster can be made of a commit.
public struct RosterError: Error, CustomStringConvertible {
  public let description: String
}

/// Makes rosters of commits, each from one that is known: what differs is read, and the rest shared.
///
/// Which roster a commit and a day have depends on nothing else, whatever was known before: a record that is held has the
/// state that the commit's own line of first parents gives it. For one thread at a time.
final class RosterReader {
  let repository: Repository
  private let line: PublishedLine
  private let images: ImageReader

  init(_ repository: Repository, _ line: PublishedLine) {
    (self.repository, self.line) = (repository, line)
    images = ImageReader(repository.opener)
  }

  /// A roster, and the records from which it was made.
  struct Known {
    var staff: Staff
    var roster: Roster
    /// For how many people the staff holds more than a look-up. It may begin anew when that is many.
    var drift = 0
  }

  /// - Parameter known: some roster of this repository, of whatever commit and day.
  /// - Parameter day: the day on which it is judged, in the zone that the commit's settings name.
  func roster(of commit: OID, on day: (TimeZoneRules) -> CalendarDate, from known: Known? = nil) throws -> Known {
    guard let known, known.drift < 20_000 else { return try wholeRoster(of: commit, on: day) }
    let step = try step(from: known, to: commit)
    let (before, after) = (known.roster, step.staff)
    let asOf = day(after.configuration.organisation.timeZone)
    guard before.configuration.shows(sameAs: after.configuration) else {
      return try roster(of: after, commit, on: asOf)
    }
    var touched = step.touched
    if before.asOf != asOf {
      let days = (min(before.asOf, asOf), max(before.asOf, asOf))
      for boundary in try after.boundaries(after: days.0, through: days.1) { touched.formUnion(boundary.people) }
    }
    let units = try units(of: after, like: before)
    for code in units.codes(unlike: before.units) {
      touched.formUnion(try known.staff.people(naming: code).union(after.people(naming: code)))
    }
    let maker = RowMaker(day: asOf, units: units.directory, sensitiveFields: after.configuration.sensitiveFields)
    let list = before.list.replacing(try rows(of: touched, in: after, maker))
    return Known(
      staff: after, roster: try roster(commit, asOf, after, list, units), drift: known.drift + step.touched.count)
  }

  /// The records of a roster that is known without them.
  ///
  /// - Parameter other: some roster with its records, from which they are reached.
  func known(_ roster: Roster, from other: Known?) throws -> Known {
    if let other {
      let step = try step(from: other, to: roster.oid)
      return Known(staff: step.staff, roster: roster, drift: other.drift + step.touched.count)
    }
    return Known(staff: try line.staff(at: roster.oid), roster: roster)
  }

  private func roster(
    _ commit: OID, _ asOf: CalendarDate, _ staff: Staff, _ list: ChunkList, _ units: UnitTree
  ) throws -> Roster {
    Roster(
      commit, committed: Instant(seconds: try repository.info(of: commit).time), asOf: asOf, staff.configuration,
      keys: staff.apiKeys, list,
      units, held: staff.heldPeople, images: images)
  }

  // MARK: From commit to commit

  private struct Step {
    var staff: Staff
    /// Everybody who may differ, but for what days alone bring.
    var touched: Set<PersonID>
  }

  private func step(from known: Known, to commit: OID) throws -> Step {
    let start = Step(staff: known.staff, touched: [])
    guard commit != known.staff.commit else { return start }
    let direct = try move(start, to: commit)
    // What is in force follows from the tree alone, so the way to it does not matter.
    if direct.staff.isClean { return try including(held: known.roster, direct) }
    if let commits = try repository.firstParentChain(from: known.roster.oid, to: commit), commits.count <= 256 {
      return try commits.reduce(start) { try move($0, to: $1) }
    }
    let staff = try line.staff(at: commit)
    return try including(held: known.roster, Step(staff: staff, touched: direct.touched.union(direct.staff.heldPeople)))
  }

  /// Who is held has a state that no comparison of trees tells.
  private func including(held roster: Roster, _ step: Step) throws -> Step {
    var step = step
    step.touched.formUnion(roster.held)
    step.touched.formUnion(step.staff.heldPeople)
    return step
  }

  private func move(_ step: Step, to commit: OID) throws -> Step {
    var (staff, touched) = (step.staff, step.touched)
    let before = step.staff
    let change = try staff.move(to: try CommitSource(repository, commit: commit))
    touched.formUnion(change.people.map(\.id))
    for path in change.images.keys.map(\.path) {
      touched.formUnion(try before.people(usingImage: path).union(staff.people(usingImage: path)))
    }
    return Step(staff: staff, touched: touched)
  }

  /// The units in force; the same object when nothing differs.
  private func units(of staff: Staff, like roster: Roster) throws -> UnitTree {
    let directory = try staff.units.all()
    return directory == roster.units.directory ? roster.units : UnitTree(directory)
  }

  private func rows(of people: Set<PersonID>, in staff: Staff, _ maker: RowMaker) throws -> [Int: Row?] {
    var rows: [Int: Row?] = [:]
    for id in people {
      let row = try staff.person(id).map { maker.row($0.record, try staff.images(of: $0.record)) }
      rows.updateValue(row, forKey: id.rawValue)
    }
    return rows
  }

  // MARK: Everybody

  private func wholeRoster(of commit: OID, on day: (TimeZoneRules) -> CalendarDate) throws -> Known {
    // A default would not do: a wrong time zone moves every day boundary.
    guard try Configuration.inForce(at: commit, in: repository) != nil else {
      throw RosterError(
        description:
          "No commit up to \(commit.short) has a readable staffrepo.yaml, so nobody can be served. What is wrong with it: staffrepo validate"
      )
    }
    let staff = try line.staff(at: commit)
    return try roster(of: staff, commit, on: day(staff.configuration.organisation.timeZone))
  }

  private func roster(of staff: Staff, _ commit: OID, on asOf: CalendarDate) throws -> Known {
    let units = UnitTree(try staff.units.all())
    let maker = RowMaker(day: asOf, units: units.directory, sensitiveFields: staff.configuration.sensitiveFields)
    var chunks: [Chunk] = []
    try staff.forEachPart(of: Chunk.size * 16) { part in
      let people = try part.map { ($0, try staff.images(of: $0.record)) }
      chunks += Workers.map(people, partSize: Chunk.size) { people in
        Chunk(people.map { maker.row($0.0.record, $0.1) })
      }
    }
    return Known(staff: staff, roster: try roster(commit, asOf, staff, ChunkList(chunks), units))
  }
}

extension Staff {
  fileprivate var heldPeople: Set<PersonID> {
    Set(held.filter { $0.kind == .person && $0.id != 0 }.map { PersonID($0.id) })
  }

  fileprivate func images(of person: Person) throws -> Row.Images {
    Row.Images(photo: try image(person.visiblePhotoPath), signature: try image(person.signaturePath))
  }
}

extension Configuration {
  /// A person whose record is the same looks the same.
  fileprivate func shows(sameAs other: Configuration) -> Bool {
    dataFolder == other.dataFolder && sensitiveFields == other.sensitiveFields && customFields == other.customFields
      && requiredFields == other.requiredFields
  }
}
